import { errors } from '../../errors/catalogue.ts';
import { maxStreamsOfCaller } from '../../limits.ts';

/** How many streams each caller has open. */
export class StreamPlaces {
  readonly #open = new Map<string, number>();

  /**
   * Takes a place; what it answers gives it back, once.
   *
   * @throws RESOURCE_EXHAUSTED if the caller has as many as it may
   */
  take(callerId: string): () => void {
    const count = this.#open.get(callerId) ?? 0;
    if (count >= maxStreamsOfCaller) throw errors.tooManyStreams(maxStreamsOfCaller);
    this.#open.set(callerId, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#open.get(callerId) ?? 0) - 1;
      if (left > 0) this.#open.set(callerId, left);
      else this.#open.delete(callerId);
    };
  }
}
