import type { Logger } from '@iotcore/process';
import { type Kept, keepRunning, type Runnable } from './keep-running.ts';

/** Starts something when it is needed for the first time, and keeps it running from then on. */
export class WhenNeeded implements Kept {
  readonly #runnable: Runnable;
  readonly #logger: Logger;
  #starting: Promise<void> | undefined;
  #kept: Kept | undefined;
  #isStopping = false;

  constructor(runnable: Runnable, logger: Logger) {
    this.#runnable = runnable;
    this.#logger = logger;
  }

  /** Told any number of times. Resolves once it has been started, or could not be. */
  async need(): Promise<void> {
    if (!this.#isStopping) this.#starting ??= this.#start();
    await this.#starting;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await (this.#kept ?? this.#runnable).stop();
    await this.#starting;
  }

  async #start(): Promise<void> {
    this.#logger.info(`${this.#runnable.name} is needed now, and started`);
    try {
      await this.#runnable.start();
    } catch (error) {
      if (!this.#isStopping)
        this.#logger.error({ err: error }, `${this.#runnable.name} could not be started`);
    }
    // What could not be started has ended, and is started again.
    if (!this.#isStopping) this.#kept = keepRunning(this.#runnable, this.#logger);
  }
}
