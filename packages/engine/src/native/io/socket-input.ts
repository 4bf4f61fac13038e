import type { Duplex } from 'node:stream';
import type { Rested, Tick } from '../timing/tick.ts';

/** What one connection is read in one tick, before others have theirs. */
const tickBytes = 262_144;

/** The reading side of a socket: stopped while its packets have to wait, and rested once it had its share of a tick. */
export class SocketInput implements Rested {
  /** It has had as much as one connection may have. */
  readonly isShort = false;
  readonly #socket: Duplex;
  readonly #tick: Tick;
  #isPaused = false;
  #isResting = false;
  #mustWait = false;
  #lastTick = 0;
  #bytesInTick = 0;

  constructor(socket: Duplex, tick: Tick) {
    this.#socket = socket;
    this.#tick = tick;
  }

  /** Nothing more is read until `resume`. */
  pause(): void {
    this.#mustWait = true;
    this.#adjust();
  }

  resume(): void {
    this.#mustWait = false;
    this.#adjust();
  }

  /** So much was read. Nothing more than its share is read from a connection in one tick: no flood stalls the others. */
  took(bytes: number): void {
    if (this.#lastTick !== this.#tick.number) {
      this.#lastTick = this.#tick.number;
      this.#bytesInTick = 0;
    }
    this.#bytesInTick += bytes;
    if (this.#bytesInTick < tickBytes || this.#isResting) return;
    this.#isResting = true;
    this.#adjust();
    this.#tick.readOnLater(this);
  }

  readOn(): void {
    this.#isResting = false;
    this.#adjust();
  }

  #adjust(): void {
    const isPaused = this.#mustWait || this.#isResting;
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }
}
