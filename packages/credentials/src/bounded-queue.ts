/** Thrown instead of queueing without bound; the caller answers "try later" (CONNACK 3, HTTP 503). */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

export interface QueueLimits {
  /** Tasks that run at the same time. */
  readonly maxRunning: number;
  /** Tasks that wait after them; one more is refused. */
  readonly maxWaiting: number;
}

/** Runs tasks first come, first served, a bounded number at a time, and lets a bounded number wait. */
export class BoundedQueue {
  readonly #limits: QueueLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Tasks that run or wait. */
  get size(): number {
    return this.#running + this.#waiting.length;
  }

  /** Resolves as the task does; rejects with OverloadedError at once when the queue is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.maxRunning) this.#running++;
    else await this.#place();
    try {
      return await task();
    } finally {
      // A waiter inherits this place, so a newcomer cannot slip in before it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #place(): Promise<void> {
    if (this.#waiting.length >= this.#limits.maxWaiting) {
      return Promise.reject(new OverloadedError('too many tasks are waiting'));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
