/**
 * How many new connections are begun at a time. A fleet that comes back after an outage brings more handshakes than the
 * server can make in a second, and the operating system hands over all of them at once: begun together, they would hold up
 * every client that is connected. So a few are begun in each tick, as many as leave the event loop in time: half as many
 * after a late tick, more after any other, and always at least one. The others wait, unread.
 */
import type { Socket } from 'node:net';

const TICK_MS = 25;
/** Begun in one tick at most: full TLS handshakes that take some 0.1 s together. */
const MOST_PER_TICK = 64;
/** A tick this late: connected clients wait, so fewer are begun in the next. */
const LATE_MS = 100;
/** A tick no later than this: there is time for twice as many. Between the two: for one more. */
const IN_TIME_MS = 30;
/** The less patient clients give up after this time; a handshake begun later would be for nobody. */
const MAX_WAIT_MS = 10_000;

/** When it is, in ms, and what is to be done later. */
export interface Clock {
  now(): number;
  /** Answers how to call it off. */
  after(ms: number, run: () => void): () => void;
}

const realClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface AcceptGateEvents {
  /** Connections wait, and the event loop was late by so much. */
  busy(lateMs: number, waiting: number): void;
  /** A connection was closed because it had waited too long. */
  gaveUp(socket: Socket): void;
}

interface Waiting {
  readonly socket: Socket;
  readonly begin: () => void;
  readonly sinceMs: number;
}

export class AcceptGate {
  readonly #events: AcceptGateEvents;
  readonly #clock: Clock;
  /** In the order of their coming. */
  readonly #waiting = new Set<Waiting>();
  #perTick = MOST_PER_TICK;
  #begunInTick = 0;
  #callOff: (() => void) | undefined;
  #dueMs = 0;
  #postponed = 0;

  constructor(events: AcceptGateEvents, clock = realClock) {
    this.#events = events;
    this.#clock = clock;
  }

  /** Connections that wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Connections that had to wait, since the start. */
  get postponed(): number {
    return this.#postponed;
  }

  /** Calls `begin` at once if there is room in this tick, else later, unless the socket has closed by then. */
  enter(socket: Socket, begin: () => void): void {
    this.#arm();
    if (this.#waiting.size === 0 && this.#begunInTick < this.#perTick) {
      this.#begunInTick++;
      begin();
      return;
    }
    this.#postponed++;
    const waiting = { socket, begin, sinceMs: this.#clock.now() };
    this.#waiting.add(waiting);
    socket.on('error', destroyIt).once('close', () => this.#waiting.delete(waiting));
  }

  /** Closes the connections that wait. */
  close(): void {
    this.#callOff?.();
    for (const { socket } of this.#waiting) socket.destroy();
    this.#waiting.clear();
  }

  #arm(): void {
    if (this.#callOff) return;
    this.#dueMs = this.#clock.now() + TICK_MS;
    this.#callOff = this.#clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    this.#callOff = undefined;
    const nowMs = this.#clock.now();
    const lateMs = nowMs - this.#dueMs;
    if (lateMs >= LATE_MS) {
      this.#perTick = Math.max(1, this.#perTick >> 1);
      if (this.#waiting.size > 0) this.#events.busy(lateMs, this.#waiting.size);
    } else {
      const more = lateMs <= IN_TIME_MS ? 2 * this.#perTick : this.#perTick + 1;
      this.#perTick = Math.min(MOST_PER_TICK, more);
    }
    // Otherwise there is nothing to measure for, and the next connection starts it again.
    if (this.#begunInTick > 0 || this.#waiting.size > 0 || this.#perTick < MOST_PER_TICK) this.#arm();
    this.#begunInTick = 0;
    this.#beginWaiting(nowMs);
  }

  #beginWaiting(nowMs: number): void {
    for (const waiting of this.#waiting) {
      if (this.#begunInTick >= this.#perTick) return;
      const { socket, begin, sinceMs } = waiting;
      this.#waiting.delete(waiting);
      if (nowMs - sinceMs > MAX_WAIT_MS) {
        this.#events.gaveUp(socket);
        socket.resetAndDestroy();
      } else {
        this.#begunInTick++;
        begin();
        socket.off('error', destroyIt);
      }
    }
  }
}

function destroyIt(this: Socket): void {
  this.destroy();
}
