/**
 * Who may publish and hear what, and under which names: the rule book of the data plane, without I/O.
 *
 * Audiences. Every topic of the product is readable by a few groups only: one registry, one device, or all devices of a
 * registry. Each group has a space per form of name (full `$devices/…`, bare `devices/…`, `$me/…`, alias, see
 * `Form`), and a message is published into the spaces of just those groups that may read it. A filter is put into the
 * spaces of the groups that its subscriber belongs to. So nobody can hear what is not theirs, whatever the filter.
 */

/** An authenticated MQTT client. */
export type Principal =
  | { readonly kind: 'device'; readonly id: string; readonly registryId: string }
  | { readonly kind: 'registry'; readonly id: string }
  | { readonly kind: 'broker'; readonly id: string };

/** What rights need to know of a device beyond the principal: whose it is, and its aliases (alias → prefix). */
export interface DeviceFacts {
  readonly id: string;
  readonly registryId: string;
  readonly aliases: ReadonlyMap<string, string>;
}

/** The ways a topic can be written. */
export type Form = 'full' | 'bare' | 'me' | 'alias';

export interface SpaceTopic {
  readonly space: string;
  readonly topic: string;
}
export interface SpaceFilter {
  readonly space: string;
  readonly filter: string;
}

/** A topic as a client wrote it, read by `parseTopic`: what must be looked up before it can be routed. */
export type TopicReference =
  | { readonly kind: 'device'; readonly deviceId: string; readonly rest: string }
  | { readonly kind: 'registry'; readonly registryId: string; readonly rest: string }
  | { readonly kind: 'alias'; readonly registryId: string; readonly topic: string }
  | { readonly kind: 'broker'; readonly brokerId: string; readonly topic: string };
