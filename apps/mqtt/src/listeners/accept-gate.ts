/**
 * How many new connections are begun at a time. A fleet that comes back after an outage brings more handshakes than the
 * server can make in a second, and the operating system hands over all of them at once: begun together, they would hold up
 * every client that is connected. So a few are begun in each tick, as many as leave the event loop in time: half as many
 * after a late tick, more after any other, and always at least one. The others wait, unread; addresses take turns, so that
 * one with thousands of connections holds up nobody else's.
 */
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '@iotcore/process';

const tickMs = 25;
/** Begun in one tick at most: full TLS handshakes that take some 0.1 s together. */
const mostPerTick = 64;
/** A tick this late: connected clients wait, so fewer are begun in the next. */
const lateTickMs = 100;
/** A tick no later than this: there is time for twice as many. Between the two: for one more. */
const inTimeMs = 30;
/** The less patient clients give up after this time; a handshake begun later would be in vain. */
const maxWaitMs = 10_000;

export interface AcceptGateEvents {
  /** Connections wait, and the event loop was late by so much. */
  busy(lateMs: number, waiting: number): void;
  /** A connection was closed because it had waited too long. */
  gaveUp(socket: Socket): void;
}

export interface Entrance {
  /** By address: connections of one address wait in their order, addresses take turns. */
  readonly address: string;
  /** Asked when it is its turn; may take what the connection needs, and says whether that was there. */
  mayBegin(): boolean;
  begin(): void;
}

interface Waiting extends Entrance {
  readonly socket: Socket;
  readonly sinceMs: number;
  /** Its socket has closed. */
  readonly closed: () => void;
}

export class AcceptGate {
  readonly #events: AcceptGateEvents;
  readonly #clock: Pick<Clock, 'nowMs' | 'after'>;
  /** By address, in the order of their coming. */
  readonly #queues = new Map<string, Set<Waiting>>();
  #waiting = 0;
  #perTick = mostPerTick;
  #begunInTick = 0;
  #callOff: (() => void) | undefined;
  #dueMs = 0;
  #postponed = 0;

  constructor(events: AcceptGateEvents, clock: Pick<Clock, 'nowMs' | 'after'> = systemClock) {
    this.#events = events;
    this.#clock = clock;
  }

  /** Connections that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Connections that had to wait, since the start. */
  get postponed(): number {
    return this.#postponed;
  }

  /** Lets a connection begin at once if it may, and there is room in this tick; else later, unless its socket has closed by then. */
  enter(socket: Socket, entrance: Entrance): void {
    this.#arm();
    if (this.#waiting === 0 && this.#begunInTick < this.#perTick && entrance.mayBegin()) {
      this.#begunInTick++;
      entrance.begin();
      return;
    }
    this.#postponed++;
    const { address } = entrance;
    const waiting: Waiting = {
      address,
      mayBegin: () => entrance.mayBegin(),
      begin: () => entrance.begin(),
      socket,
      sinceMs: this.#clock.nowMs(),
      closed: () => this.#forget(waiting),
    };
    const queue = this.#queues.get(address);
    if (queue) queue.add(waiting);
    else this.#queues.set(address, new Set([waiting]));
    this.#waiting++;
    socket.on('error', destroyIt).on('close', waiting.closed);
  }

  /** Closes the connections that wait. */
  close(): void {
    this.#callOff?.();
    for (const queue of [...this.#queues.values()]) for (const { socket } of [...queue]) socket.destroy();
  }

  #forget(waiting: Waiting): void {
    const queue = this.#queues.get(waiting.address);
    if (!queue?.delete(waiting)) return;
    this.#waiting--;
    if (queue.size === 0) this.#queues.delete(waiting.address);
  }

  #arm(): void {
    if (this.#callOff) return;
    this.#dueMs = this.#clock.nowMs() + tickMs;
    this.#callOff = this.#clock.after(tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#callOff = undefined;
    const nowMs = this.#clock.nowMs();
    const lateMs = nowMs - this.#dueMs;
    if (lateMs >= lateTickMs) {
      this.#perTick = Math.max(1, this.#perTick >> 1);
      if (this.#waiting > 0) this.#events.busy(lateMs, this.#waiting);
    } else {
      const more = lateMs <= inTimeMs ? 2 * this.#perTick : this.#perTick + 1;
      this.#perTick = Math.min(mostPerTick, more);
    }
    // Otherwise there is nothing to measure for, and the next connection starts it again.
    if (this.#begunInTick > 0 || this.#waiting > 0 || this.#perTick < mostPerTick) this.#arm();
    this.#begunInTick = 0;
    this.#beginWaiting(nowMs);
  }

  #beginWaiting(nowMs: number): void {
    // An address whose connection was begun is put at the end, where this loop comes to it again.
    for (const [address, queue] of this.#queues) {
      if (this.#begunInTick >= this.#perTick) return;
      const next = this.#nextOf(queue, nowMs);
      if (!next?.mayBegin()) continue;
      this.#forget(next);
      if (this.#queues.delete(address)) this.#queues.set(address, queue);
      this.#begunInTick++;
      next.begin();
      // Not for the life of the connection: what waited, and all that it refers to, would stay as long.
      next.socket.off('error', destroyIt).off('close', next.closed);
    }
  }

  /** The one that has waited longest, without those that have waited too long. */
  #nextOf(queue: ReadonlySet<Waiting>, nowMs: number): Waiting | undefined {
    for (const waiting of queue) {
      if (nowMs - waiting.sinceMs <= maxWaitMs) return waiting;
      this.#forget(waiting);
      this.#events.gaveUp(waiting.socket);
      waiting.socket.resetAndDestroy();
    }
    return undefined;
  }
}

function destroyIt(this: Socket): void {
  this.destroy();
}
