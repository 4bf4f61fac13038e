import type { Settings } from '@iotcore/process';
import type { TenantLimits } from './tenant-limits.ts';

/** Of all connections, one tenant may have this part unless the operator says otherwise: the rest is left for the others. */
const shareOfConnections = 0.9;

export function readTenantLimits(settings: Settings): TenantLimits {
  return {
    maxConnectionsPerPrincipal: settings.mqttMaxConnectionsPerPrincipal,
    maxConnections:
      settings.mqttMaxConnectionsPerTenant ?? Math.ceil(shareOfConnections * settings.mqttMaxConnections),
    messageRates: {
      device: settings.deviceMessagesPerSecond,
      registry: settings.registryMessagesPerSecond,
      broker: settings.brokerMessagesPerSecond,
    },
    messageRateWindowMs: settings.mqttRateWindowMs,
    maxWaitingBytes: settings.mqttMaxWaitingBytesPerTenant,
    maxSubscriptionBytes: settings.mqttMaxSubscriptionBytesPerTenant,
    maxRetainedReaders: settings.mqttMaxRetainedReadersPerTenant,
    maxUnstoredBytes: settings.mqttMaxUnstoredBytesPerTenant,
    maxPendingLookups: settings.mqttMaxPendingLookupsPerTenant,
  };
}
