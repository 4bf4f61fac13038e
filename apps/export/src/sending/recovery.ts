/**
 * What the lanes of one export tell each other of a target that was away: once one of them gets through, the others need not wait for
 * their own time, which may be minutes.
 */
export class Recovery {
  #current: AbortController | undefined;

  /** Aborted once the target has taken something, from now on. */
  next(): AbortSignal {
    this.#current ??= new AbortController();
    return this.#current.signal;
  }

  /** The target has taken something. */
  taken(): void {
    this.#current?.abort();
    this.#current = undefined;
  }
}
