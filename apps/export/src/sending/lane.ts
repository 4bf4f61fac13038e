/**
 * Sends the messages of some devices, one batch after the other: so they keep their order. A batch that the target refuses is
 * sent again some times, then by halves, until the guilty messages are alone: they become dead letters, and the rest is
 * delivered. While the target is away, or not set right, the same batch is sent again for as long as it takes.
 *
 * A target that refuses all it gets for some minutes is not set right. Before a lane says so, it tries the next messages of its
 * other devices: a device whose messages are refused must not hold up the others.
 */
import type { OutgoingMessage, SendOutcome, Target } from '@iotcore/export-targets';
import type { Clock } from '@iotcore/process/clock';
import { eventIdText, readFrame } from '@iotcore/store/exports';
import type { Progress } from './progress.ts';
import type { Recovery } from './recovery.ts';
import { RefusalRun } from './refusal-run.ts';
import { firstMs, RetryDelay } from './retry-delay.ts';
import type { Entry } from './window.ts';

export interface LaneOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly cutoffMs: number;
  readonly maxAttempts: number;
  readonly maxIntervalMs: number;
}

type LaneClock = Pick<Clock, 'nowMs' | 'after' | 'sleep'>;

export interface LaneParts {
  readonly target: Target;
  readonly options: LaneOptions;
  readonly progress: Progress;
  /** Shared by the lanes of an export. */
  readonly recovery: Recovery;
  readonly signal: AbortSignal;
  readonly clock: LaneClock;
}

/** Before a dead letter is written again that had no room, or no database. In ms. */
const letterRetryMs = 5000;

export class Lane {
  readonly #target: Target;
  readonly #options: LaneOptions;
  readonly #progress: Progress;
  readonly #recovery: Recovery;
  readonly #signal: AbortSignal;
  readonly #delay: RetryDelay;
  readonly #clock: LaneClock;
  readonly #refusals = new RefusalRun();
  #queue: Entry[] = [];
  #queuedBytes = 0;
  /** Order keys of the batch at hand: none of their messages may overtake it. */
  #keysAtHand: ReadonlySet<string> = new Set();
  #wake: (() => void) | undefined;

  constructor({ target, options, progress, recovery, signal, clock }: LaneParts) {
    this.#target = target;
    this.#options = options;
    this.#progress = progress;
    this.#recovery = recovery;
    this.#signal = signal;
    this.#clock = clock;
    this.#delay = new RetryDelay(options.maxIntervalMs);
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  add(entry: Entry): void {
    this.#queue.push(entry);
    this.#queuedBytes += entry.bytes;
    this.#wake?.();
  }

  /** Sends until the signal aborts. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      if (this.#queue.length === 0) await this.#somethingToSend();
      else if (await this.#isGathered()) await this.#deliverNext().catch((error) => this.#ended(error));
    }
  }

  #deliverNext(): Promise<void> {
    const batch = this.#takeBatch();
    this.#keysAtHand = new Set(batch.map(({ key }) => key));
    return this.#deliver(batch, 0);
  }

  #ended(error: unknown): void {
    if (!this.#signal.aborted) throw error;
  }

  #somethingToSend(): Promise<void> {
    if (this.#queue.length === 0) this.#refusals.end();
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
    const leftMs = first.readAtMs + cutoffMs - this.#clock.nowMs();
    if (leftMs <= 0 || this.#queue.length >= maxMessages || this.#queuedBytes >= maxBytes) return true;
    const callOff = this.#clock.after(leftMs, () => this.#wake?.());
    await this.#somethingToSend();
    callOff();
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
    return this.#takeOut(0, count);
  }

  #takeOut(at: number, count: number): Entry[] {
    const taken = this.#queue.splice(at, count);
    for (const { bytes } of taken) this.#queuedBytes -= bytes;
    return taken;
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
      if (outcome.outcome === 'refused' && !(await this.#isAllRefused())) {
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
    const startedAt = this.#clock.nowMs();
    const outcome = await this.#target.send(batch.map(toMessage), this.#signal);
    this.#signal.throwIfAborted();
    this.#progress.attempted(this, batch, outcome, this.#clock.nowMs() - startedAt);
    if (outcome.outcome === 'refused') this.#refusals.refused(batch, startedAt);
    else this.#refusals.end();
    if (outcome.outcome === 'done') {
      this.#delay.reset();
      this.#recovery.taken();
    }
    return outcome;
  }

  async #isAllRefused(): Promise<boolean> {
    if (!this.#refusals.isLong(this.#clock.nowMs())) return false;
    if (await this.#takesAnother()) return false;
    this.#progress.allRefused(this);
    return true;
  }

  /** Is the next message of another device taken, one that was not tried yet? */
  async #takesAnother(): Promise<boolean> {
    const another = this.#queue.find(
      ({ key }) => this.#refusals.isUntried(key) && !this.#keysAtHand.has(key),
    );
    if (!another || (await this.#send([another])).outcome !== 'done') return false;
    this.#takeOut(this.#queue.indexOf(another), 1);
    this.#progress.delivered(another);
    return true;
  }

  /** Shorter once another lane gets through, unless the target asked for the time, or it is our message that is refused. */
  async #wait(outcome: SendOutcome): Promise<void> {
    const askedMs = outcome.outcome === 'away' ? outcome.retryAfterMs : undefined;
    const delayMs = this.#delay.next(askedMs);
    this.#progress.waits(this, delayMs);
    const canBeShorter = outcome.outcome !== 'refused' && askedMs === undefined;
    // A target that takes what one lane sends, and not what another does, is not asked without a pause.
    const leastMs = canBeShorter ? Math.min(delayMs, firstMs) : delayMs;
    const recovered = this.#recovery.next();
    await this.#clock.sleep(leastMs, this.#signal);
    if (leastMs === delayMs || recovered.aborted) return;
    const ends = AbortSignal.any([this.#signal, recovered]);
    await this.#clock.sleep(delayMs - leastMs, ends).catch(() => undefined);
    this.#signal.throwIfAborted();
  }

  async #giveUp(entry: Entry, attempts: number, outcome: SendOutcome): Promise<void> {
    while (!(await this.#progress.gaveUp(this, entry, attempts, outcome)))
      await this.#clock.sleep(letterRetryMs, this.#signal);
    // One guilty message says nothing of the next.
    this.#delay.reset();
  }
}

function toMessage({ position, frame }: Entry): OutgoingMessage {
  const { eventId, receivedAtMs, deviceId, topic, payload } = readFrame(frame);
  return { position, eventId: eventIdText(eventId), receivedAtMs, deviceId, topic, payload };
}
