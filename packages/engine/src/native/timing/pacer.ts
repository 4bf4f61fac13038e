/**
 * Keeps the ticks of the event loop a little apart while a large fleet talks. Ten thousand devices that send a message a second
 * each send one every tenth of a millisecond: each would have a tick of its own, with a poll before it and a write to the
 * subscriber after it. A rest lets some come together, as network cards do with their interrupts; a message costs a third
 * less (docs/benchmarks.md).
 *
 * There is a rest only where it pays, and where it delays no client: so many messages come in a second that the ticks would
 * take a good part of a core, and every message of the tick came from a client that had been silent for a while. A client that
 * sends the next message on the acknowledgement of the last, or many in a row, gets none.
 */
import type { Pace } from '../../port.ts';

/** At 5,000 messages a second ticks of their own take some 35 % of a core, and 23 % with rests. */
const defaultPace: Pace = { tickMs: 1, fromPerSecond: 5_000 };

/** A client that has been silent for so long, in milliseconds, is not waiting for an answer in order to go on. */
const silenceMs = 20;
/** The rate is that of such a window, in milliseconds. */
const windowMs = 100;

export class Pacer {
  readonly #tickMs: number;
  readonly #fromMessages: number;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #messages = 0;
  #hurried = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #inWindowBefore = 0;

  /** `now`: milliseconds of a clock that never goes back. `sleep`: blocks this thread. */
  constructor(
    { tickMs, fromPerSecond }: Pace = defaultPace,
    now: () => number = () => performance.now(),
    sleep: (ms: number) => void = block,
  ) {
    this.#tickMs = tickMs;
    this.#fromMessages = (fromPerSecond * windowMs) / 1_000;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** A message has come in this tick; its publisher's last one came so long before it. */
  note(sinceLastMs: number): void {
    this.#messages++;
    if (sinceLastMs < silenceMs) this.#hurried++;
  }

  /** The tick is over: rests, if that pays and delays no client. Answers for how many milliseconds. */
  rest(): number {
    if (this.#messages === 0 || this.#tickMs === 0) return 0;
    const isUnhurried = this.#hurried === 0;
    const nowMs = this.#now();
    this.#count(nowMs);
    this.#messages = this.#hurried = 0;
    const earlyMs = this.#lastEndMs + this.#tickMs - nowMs;
    this.#lastEndMs = nowMs;
    if (!isUnhurried || earlyMs <= 0 || !this.#areMany) return 0;
    this.#sleep(earlyMs);
    this.#lastEndMs = nowMs + earlyMs;
    return earlyMs;
  }

  get #areMany(): boolean {
    return Math.max(this.#inWindow, this.#inWindowBefore) >= this.#fromMessages;
  }

  #count(nowMs: number): void {
    const sinceMs = nowMs - this.#windowStartMs;
    if (sinceMs >= windowMs) {
      this.#inWindowBefore = sinceMs < 2 * windowMs ? this.#inWindow : 0;
      this.#inWindow = 0;
      this.#windowStartMs = nowMs;
    }
    this.#inWindow += this.#messages - this.#hurried;
  }
}

const neverNotified = new Int32Array(new SharedArrayBuffer(4));

function block(ms: number): void {
  Atomics.wait(neverNotified, 0, 0, ms);
}
