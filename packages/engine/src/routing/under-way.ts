/** What a bus answers to a message. Undefined: it has been handed over. A promise: nothing more of its publisher is published until then. */
export type HandOver = void | Promise<void> | UnderWay;

type Listener = (error: Error | undefined) => void;

/**
 * A message that has been handed over here and is on its way to other processes, where none that is published later overtakes it. So its
 * publisher goes on, and only PUBACK waits until it has arrived. No promise, since there is one for each message.
 */
export class UnderWay {
  #outcome: { readonly error: Error | undefined } | undefined;
  #listener: Listener | undefined;

  /** The others have it; or, with an error, they may never get it. */
  settle(error?: Error): void {
    this.#outcome ??= { error };
    this.#listener?.(error);
  }

  /** Calls back once it is settled, at once if it is; one listener alone. */
  whenSettled(listener: Listener): void {
    if (this.#outcome) listener(this.#outcome.error);
    else this.#listener = listener;
  }

  arrived(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whenSettled((error) => (error ? reject(error) : resolve()));
    });
  }
}

/** For those who wait in any case. */
export function handedOver(outcome: HandOver): void | Promise<void> {
  return outcome instanceof UnderWay ? outcome.arrived() : outcome;
}
