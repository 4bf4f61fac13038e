/** This much may wait in a session without its being closed for what waits in others: two of the largest payloads. */
const shareBytes = 524_288;

/**
 * What waits in all sessions together, in their queues and behind sockets that do not take more. Each session has its
 * bound; without one for all of them, a tenant with a thousand readers that have stopped would fill the memory of everybody.
 */
export class WaitingBytes {
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A session has `grownBytes` more waiting than before (or less), `ownBytes` in all. True: it has to go. */
  changed(grownBytes: number, ownBytes: number): boolean {
    this.#bytes += grownBytes;
    return grownBytes > 0 && ownBytes > shareBytes && this.#bytes > this.#mostBytes;
  }
}
