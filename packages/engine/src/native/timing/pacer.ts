/**
 * Keeps the ticks of the event loop a little apart while a fleet talks. Ten thousand devices that send a message a second
 * each send one every tenth of a millisecond: each would have a tick of its own, with a poll before it and a write to the
 * subscriber after it. A rest of two milliseconds lets some come together, as network cards do with their interrupts; a
 * message costs a third less (docs/benchmarks.md).
 *
 * There is a rest only when nobody is held up by it: every message of the tick came from a client that had been silent for
 * a while. A client that sends the next message on the acknowledgement of the last, or many in a row, gets none.
 */

/** Ticks end no sooner after each other than this: what a message may wait, in milliseconds. */
const tickMs = 2;
/** A client that has been silent for so long, in milliseconds, is not waiting for an answer in order to go on. */
const silenceMs = 20;

export class Pacer {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #messages = 0;
  #hurried = 0;

  /** `now`: milliseconds of a clock that never goes back. `sleep`: blocks this thread. */
  constructor(now: () => number = () => performance.now(), sleep: (ms: number) => void = block) {
    this.#now = now;
    this.#sleep = sleep;
  }

  /** A message has come in this tick; its publisher's last one came so long before it. */
  note(sinceLastMs: number): void {
    this.#messages++;
    if (sinceLastMs < silenceMs) this.#hurried++;
  }

  /** The tick is over: rests, if that holds up nobody. */
  rest(): void {
    const isUnhurried = this.#messages > 0 && this.#hurried === 0;
    this.#messages = this.#hurried = 0;
    const nowMs = this.#now();
    const earlyMs = this.#lastEndMs + tickMs - nowMs;
    this.#lastEndMs = nowMs;
    if (!isUnhurried || earlyMs <= 0) return;
    this.#sleep(earlyMs);
    this.#lastEndMs = nowMs + earlyMs;
  }
}

const neverNotified = new Int32Array(new SharedArrayBuffer(4));

function block(ms: number): void {
  Atomics.wait(neverNotified, 0, 0, ms);
}
