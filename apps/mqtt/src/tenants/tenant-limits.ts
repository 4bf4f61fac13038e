import type { Principal } from '@iotcore/model';

/** Messages a second that one device, registry or broker may publish; undefined: as many as it likes. */
export type MessageRates = Readonly<Record<Principal['kind'], number | undefined>>;

/** What one tenant (a registry with its devices, or a broker) may use of this process. docs/limits.md lists them. */
export interface TenantLimits {
  /** Of one device, or of one registry itself: a stolen password must not take the places of a whole fleet. */
  readonly maxConnectionsPerPrincipal: number;
  /** Of the whole tenant: it must leave places to the others. */
  readonly maxConnections: number;
  readonly messageRates: MessageRates;
  /** Where other than a second, they may publish so many in this time; tests set it. */
  readonly messageRateWindowMs?: number;
  /** Bytes of messages that wait for subscribers which do not read them. */
  readonly maxWaitingBytes: number;
  /** Bytes that the subscriptions of its sessions hold. */
  readonly maxSubscriptionBytes: number;
  /** Subscriptions whose retained messages are read at the same time; others wait for their turn. */
  readonly maxRetainedReaders: number;
  /** Bytes of messages on permanent topics that are not stored yet, overhead included. */
  readonly maxUnstoredBytes: number;
  /** Devices and aliases that are looked up at the same time for publications and subscriptions. */
  readonly maxPendingLookups: number;
}

/** The names of the limits, for metrics and the log. */
export type TenantLimit =
  | 'connections_per_principal'
  | 'connections'
  | 'waiting_bytes'
  | 'subscription_bytes'
  | 'unstored_bytes'
  | 'pending_lookups';
