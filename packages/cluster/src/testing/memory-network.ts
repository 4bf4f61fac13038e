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
        own = incarnation;
        this.#receivers.set(incarnation, received);
      },
      // A copy, since a link writes into frames that it sends again.
      send: (to, frame) => {
        const bytes = Buffer.from(frame);
        this.sent.push(bytes);
        setImmediate(() => this.#receivers.get(to)?.(bytes));
      },
      close: async () => {
        this.#receivers.delete(own);
      },
    };
  }

  /** A frame from anybody. */
  bring(to: string, frame: Buffer): void {
    this.#receivers.get(to)?.(frame);
  }
}
