import type { EngineLimits, Reason } from '@iotcore/engine';
import { reasons } from '@iotcore/engine';

/**
 * The time that one client may take, read from a clock that it shares with all others: there is no timer for each. Time
 * during which the server is busy with the client's packets, and reads no more of them, is not the client's.
 */
export class Deadlines {
  readonly #limits: EngineLimits;
  readonly #acceptedAt = performance.now();
  #keepAliveMs = 0;
  #lastPacketAt = 0;
  /** When the first bytes of a packet came whose rest has not; 0 if there is none. */
  #partialSince = 0;
  #isBusy = false;

  constructor(limits: EngineLimits) {
    this.#limits = limits;
  }

  /** 0 seconds: none. Counts from now. */
  keepAlive(seconds: number): void {
    this.#keepAliveMs = seconds * 1500; // [MQTT-3.1.2-24]
    this.#lastPacketAt = performance.now();
  }

  packetCame(): void {
    this.#lastPacketAt = performance.now();
    this.#partialSince = 0;
  }

  busy(): void {
    this.#isBusy = true;
  }

  /** The server waits for bytes; of the next packet, some have come or none. */
  waiting(hasPartial: boolean): void {
    if (this.#isBusy) this.#lastPacketAt = performance.now();
    this.#isBusy = false;
    if (!hasPartial) this.#partialSince = 0;
    else if (this.#partialSince === 0) this.#partialSince = performance.now();
  }

  isConnectOverdue(now: number): boolean {
    return now - this.#acceptedAt > this.#limits.connectTimeoutMs;
  }

  /** Why the client's time is up, or undefined. `partialBytes`: what has come of a packet. */
  overdue(now: number, partialBytes: number): Reason | undefined {
    if (this.#isBusy) return undefined;
    const { packetGraceMs, minPacketBytesPerSecond } = this.#limits;
    const packetMs = packetGraceMs + (1_000 * partialBytes) / minPacketBytesPerSecond;
    if (this.#partialSince > 0 && now - this.#partialSince > packetMs) return reasons.packetTooSlow;
    const isSilent = this.#keepAliveMs > 0 && now - this.#lastPacketAt > this.#keepAliveMs;
    return isSilent ? reasons.keepAliveTimeout : undefined;
  }
}
