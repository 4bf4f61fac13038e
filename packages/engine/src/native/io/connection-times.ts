import type { EngineLimits } from '../../port.ts';

/** What a client took too long for. */
export type Overdue = 'packet' | 'keep alive';

/** The times of one connection, in milliseconds of the clock of `Tick`. */
export class ConnectionTimes {
  readonly #limits: EngineLimits;
  #keepAliveMs = 0;
  #lastReadMs: number;
  /** When the packet began whose rest is due; 0 is none. */
  #partialSinceMs = 0;

  constructor(limits: EngineLimits, nowMs: number) {
    this.#limits = limits;
    this.#lastReadMs = nowMs;
  }

  /** The client will send something within one and a half times this [MQTT-3.1.2-24]; 0: no limit. */
  keepAlive(seconds: number): void {
    this.#keepAliveMs = 1_500 * seconds;
  }

  /** Something has come, or the client has not been kept waiting until now. */
  heard(nowMs: number): void {
    this.#lastReadMs = nowMs;
  }

  /** A whole packet has come. */
  packetCame(): void {
    this.#partialSinceMs = 0;
  }

  /** Part of a packet has come. True: the first part. */
  packetBegan(): boolean {
    if (this.#partialSinceMs !== 0) return false;
    this.#partialSinceMs = this.#lastReadMs;
    return true;
  }

  /** What is due next, and when; undefined: nothing. `partialBytes`: what has come of a packet. */
  due(partialBytes: number): { readonly what: Overdue; readonly dueMs: number } | undefined {
    const keepAliveMs =
      this.#keepAliveMs > 0 ? this.#lastReadMs + this.#keepAliveMs : Number.POSITIVE_INFINITY;
    const packetMs =
      this.#partialSinceMs > 0
        ? this.#partialSinceMs + this.#limits.packetGraceMs + this.transferMs(partialBytes)
        : Number.POSITIVE_INFINITY;
    if (packetMs <= keepAliveMs && Number.isFinite(packetMs)) return { what: 'packet', dueMs: packetMs };
    return Number.isFinite(keepAliveMs) ? { what: 'keep alive', dueMs: keepAliveMs } : undefined;
  }

  /** How long so many bytes may take. */
  transferMs(bytes: number): number {
    return (1_000 * bytes) / this.#limits.minPacketBytesPerSecond;
  }
}
