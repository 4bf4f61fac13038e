/**
 * Sends the messages of some devices, one batch after the other: so they keep their order. A batch that the target refuses is
 * sent again some times, then by halves, until the guilty messages are alone: they become dead letters, and the rest is
 * delivered. While the target is away, or not set right, the same batch is sent again for as long as it takes.
 */
import type { OutgoingMessage, SendOutcome, Target } from '@iotcore/export-targets';
import { eventIdText, readFrame } from '@iotcore/store/exports';
import { type Clock, realClock } from './clock.ts';
import type { Progress } from './progress.ts';
import { RetryDelay } from './retry-delay.ts';
import type { Entry } from './window.ts';

export interface LaneOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly cutoffMs: number;
  readonly maxAttempts: number;
  readonly maxIntervalMs: number;
}

/** All that a lane sent was refused for so long: it is not the messages that are wrong. */
const allRefusedMs = 5 * 60_000;
/** Before the store of dead letters is looked at again. */
const fullRetryMs = 5000;

export class Lane {
  readonly #target: Target;
  readonly #options: LaneOptions;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #delay: RetryDelay;
  readonly #clock: Clock;
  #queue: Entry[] = [];
  #wake: (() => void) | undefined;
  /** Since when nothing but refusals came, in ms of the clock. */
  #refusedSinceMs: number | undefined;

  constructor(
    target: Target,
    options: LaneOptions,
    progress: Progress,
    signal: AbortSignal,
    clock: Clock = realClock,
  ) {
    this.#target = target;
    this.#options = options;
    this.#progress = progress;
    this.#signal = signal;
    this.#clock = clock;
    this.#delay = new RetryDelay(options.maxIntervalMs);
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  add(entry: Entry): void {
    this.#queue.push(entry);
    this.#wake?.();
  }

  /** Sends until the signal aborts. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      if (this.#queue.length === 0) await this.#somethingToSend();
      else if (await this.#isGathered())
        await this.#deliver(this.#takeBatch(), 0).catch((error) => this.#ended(error));
    }
  }

  #ended(error: unknown): void {
    if (!this.#signal.aborted) throw error;
  }

  #somethingToSend(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** A batch that is not full waits until the first of it has waited long enough. False: look again. */
  async #isGathered(): Promise<boolean> {
    const { cutoffMs, maxMessages, maxBytes } = this.#options;
    const [first] = this.#queue;
    if (cutoffMs === 0 || !first) return true;
    const bytes = this.#queue.reduce((sum, entry) => sum + entry.bytes, 0);
    const leftMs = first.readAtMs + cutoffMs - this.#clock.now();
    if (leftMs <= 0 || this.#queue.length >= maxMessages || bytes >= maxBytes) return true;
    const timer = setTimeout(() => this.#wake?.(), leftMs);
    await this.#somethingToSend();
    clearTimeout(timer);
    return false;
  }

  #takeBatch(): Entry[] {
    const { maxMessages, maxBytes } = this.#options;
    let bytes = 0;
    let count = 0;
    for (const entry of this.#queue) {
      bytes += entry.bytes;
      if (count === maxMessages || (count > 0 && bytes > maxBytes)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** @param refusals how often the batch, or a larger one with it in it, was refused already */
  async #deliver(batch: readonly Entry[], refusals: number): Promise<void> {
    const { maxAttempts } = this.#options;
    let refused = refusals;
    for (;;) {
      const outcome = await this.#send(batch);
      if (outcome.outcome === 'done') {
        for (const entry of batch) this.#progress.delivered(entry);
        return;
      }
      if (outcome.outcome === 'refused' && !this.#isAllRefused()) {
        refused += 1;
        if (refused >= maxAttempts) return this.#split(batch, refused, outcome);
      }
      await this.#wait(outcome);
    }
  }

  async #split(batch: readonly Entry[], refused: number, outcome: SendOutcome): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first) return this.#giveUp(first, refused, outcome);
    const half = batch.length >> 1;
    await this.#deliver(batch.slice(0, half), refused);
    await this.#deliver(batch.slice(half), refused);
  }

  async #send(batch: readonly Entry[]): Promise<SendOutcome> {
    const startedAt = this.#clock.now();
    const outcome = await this.#target.send(batch.map(toMessage), this.#signal);
    this.#signal.throwIfAborted();
    this.#progress.attempted(this, batch, outcome, this.#clock.now() - startedAt);
    if (outcome.outcome !== 'refused') this.#refusedSinceMs = undefined;
    else this.#refusedSinceMs ??= startedAt;
    if (outcome.outcome === 'done') this.#delay.reset();
    return outcome;
  }

  #isAllRefused(): boolean {
    const isAll =
      this.#refusedSinceMs !== undefined && this.#clock.now() - this.#refusedSinceMs >= allRefusedMs;
    if (isAll) this.#progress.allRefused(this);
    return isAll;
  }

  async #wait(outcome: SendOutcome): Promise<void> {
    const delayMs = this.#delay.next(outcome.outcome === 'away' ? outcome.retryAfterMs : undefined);
    this.#progress.waits(this, delayMs);
    await this.#clock.sleep(delayMs, this.#signal);
  }

  async #giveUp(entry: Entry, attempts: number, outcome: SendOutcome): Promise<void> {
    while (!(await this.#progress.gaveUp(this, entry, attempts, outcome)))
      await this.#clock.sleep(fullRetryMs, this.#signal);
    // One guilty message says nothing of the next.
    this.#delay.reset();
  }
}

function toMessage({ position, frame }: Entry): OutgoingMessage {
  const { eventId, receivedAtMs, deviceId, topic, payload } = readFrame(frame);
  return { position, eventId: eventIdText(eventId), receivedAtMs, deviceId, topic, payload };
}
