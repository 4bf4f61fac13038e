import type { EngineLimits } from '../../port.ts';

/** When a client must have sent something, in milliseconds of the clock of `Tick`. */
export interface ClientDue {
  readonly reason: 'packet' | 'keep alive';
  readonly dueMs: number;
}

type PacketLimits = Pick<EngineLimits, 'packetGraceMs' | 'minPacketBytesPerSecond'>;

/** One and a half times the keep alive [MQTT-3.1.2-24]; 0 is none. */
export function keepAliveDue(keepAliveSeconds: number, lastReadMs: number): ClientDue | undefined {
  return keepAliveSeconds === 0
    ? undefined
    : { reason: 'keep alive', dueMs: lastReadMs + 1_500 * keepAliveSeconds };
}

/** A packet that began at `sinceMs` (0: none did), and of which so many bytes have come, keeps the least rate until then. */
export function packetDue(sinceMs: number, bytes: number, limits: PacketLimits): ClientDue | undefined {
  return sinceMs === 0
    ? undefined
    : { reason: 'packet', dueMs: sinceMs + limits.packetGraceMs + transferMs(bytes, limits) };
}

export function earlier(one: ClientDue | undefined, other: ClientDue | undefined): ClientDue | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.dueMs <= other.dueMs ? one : other;
}

/** How long so many bytes may take at the least rate. */
export function transferMs(bytes: number, { minPacketBytesPerSecond }: PacketLimits): number {
  return (1_000 * bytes) / minPacketBytesPerSecond;
}
