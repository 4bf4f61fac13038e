import type { Carrier } from '../carriers/carrier.ts';

/** Frames go from one node to the other in the same process, in the next tick. */
export class MemoryNetwork {
  readonly #receivers = new Map<string, (frame: Buffer) => void>();
  /** All that was sent. */
  readonly sent: Buffer[] = [];

  carrier(): Carrier {
    let own = '';
    return {
      isConnected: true,
      open: async (incarnation, received) => {
        if (this.#receivers.has(incarnation)) throw new Error('somebody listens there');
        own = incarnation;
        this.#receivers.set(incarnation, received);
      },
      send: (to, frame) => {
        // As it is now: a link writes to the same memory again.
        const bytes = Buffer.from(frame);
        this.sent.push(bytes);
        setImmediate(() => this.#receivers.get(to)?.(bytes));
      },
      close: async () => {
        this.#receivers.delete(own);
      },
    };
  }

  /** Delivers a frame of any sender. */
  bring(to: string, frame: Buffer): void {
    this.#receivers.get(to)?.(frame);
  }
}
