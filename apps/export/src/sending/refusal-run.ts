/**
 * Refusals of a lane, one after the other, with nothing between them that was taken. After some time of that it is not the
 * messages that are wrong; one message alone, however often it is sent, proves nothing.
 */
import type { Entry } from './window.ts';

/** All that a lane sent was refused for so long, in ms. */
const allRefusedMs = 5 * 60_000;

export class RefusalRun {
  #sinceMs: number | undefined;
  /** Order keys whose first message was refused alone since then. */
  readonly #keys = new Set<string>();
  #firstPosition: number | undefined;
  #isOfSeveral = false;

  /** `startedAtMs`: when the batch was sent, in ms of the lane's clock. */
  refused(batch: readonly Entry[], startedAtMs: number): void {
    this.#sinceMs ??= startedAtMs;
    const [first] = batch;
    if (!first || batch.length > 1) return;
    this.#keys.add(first.key);
    this.#firstPosition ??= first.position;
    if (first.position !== this.#firstPosition) this.#isOfSeveral = true;
  }

  /** Something else than a refusal came, or there is nothing left to send. */
  end(): void {
    this.#sinceMs = undefined;
    this.#keys.clear();
    this.#firstPosition = undefined;
    this.#isOfSeveral = false;
  }

  /** Messages with this key were not tried alone since it began. */
  isUntried(key: string): boolean {
    return !this.#keys.has(key);
  }

  isLong(nowMs: number): boolean {
    return this.#isOfSeveral && this.#sinceMs !== undefined && nowMs - this.#sinceMs >= allRefusedMs;
  }
}
