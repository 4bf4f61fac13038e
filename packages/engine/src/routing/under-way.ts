/** What a bus answers to a message. Undefined: it has been handed over. A promise: nothing more of its publisher is published until then. */
export type HandOver = void | Promise<void> | UnderWay;

type Listener = (error: Error | undefined) => void;

/**
 * Messages that have been handed over here and are on their way to other processes, where none that is published later overtakes them. So
 * their publishers go on, and only PUBACK waits until they have arrived. One for all that travel together, since a promise for
 * each message would cost more than the message.
 */
export class UnderWay {
  #outcome: { readonly error: Error | undefined } | undefined;
  #listeners: Listener[] = [];

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** Why the others may never get them. */
  get error(): Error | undefined {
    return this.#outcome?.error;
  }

  /** The others have them; or, with an error, they may never get them. */
  settle(error?: Error): void {
    if (this.#outcome) return;
    this.#outcome = { error };
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(error);
  }

  /** Calls back once they are settled, at once if they are. */
  whenSettled(listener: Listener): void {
    if (this.#outcome) listener(this.#outcome.error);
    else this.#listeners.push(listener);
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
