import { Fifo } from '../buffers/fifo.ts';

/** So many may do something at once; the others wait for a place, in the order of their coming. */
export class Places {
  #free: number;
  readonly #waiting = new Fifo<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves with what gives the place back. Rejects with the signal's reason once that is aborted. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const giveBack = () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
    if (signal.aborted) giveBack();
    signal.throwIfAborted();
    return giveBack;
  }
}
