import type { TenantLimits } from '../tenant-limits.ts';

/** Limits that no test reaches by accident. */
export const wideLimits: TenantLimits = {
  maxConnectionsPerPrincipal: 1000,
  maxConnections: 1000,
  messageRates: { device: undefined, registry: undefined, broker: undefined },
  maxWaitingBytes: 1_000_000_000,
  maxSubscriptionBytes: 1_000_000_000,
  maxRetainedReaders: 4,
  maxUnstoredBytes: 1_000_000_000,
  maxPendingLookups: 1000,
};
