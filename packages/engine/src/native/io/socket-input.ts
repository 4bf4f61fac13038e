import type { Duplex } from 'node:stream';
import type { Rested, Turn } from './turn.ts';

/** What one connection is read in one turn, before others have theirs. */
const turnBytes = 262_144;

/** The reading side of a socket: stopped while its packets have to wait, and rested once it had its share of a turn. */
export class SocketInput implements Rested {
  readonly #socket: Duplex;
  readonly #turn: Turn;
  #isPaused = false;
  #isResting = false;
  #mustWait = false;
  #lastTurn = 0;
  #bytesInTurn = 0;

  constructor(socket: Duplex, turn: Turn) {
    this.#socket = socket;
    this.#turn = turn;
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

  /** So much was read. Nothing more than its share is read from a connection in one turn: no flood stalls the others. */
  took(bytes: number): void {
    if (this.#lastTurn !== this.#turn.number) {
      this.#lastTurn = this.#turn.number;
      this.#bytesInTurn = 0;
    }
    this.#bytesInTurn += bytes;
    if (this.#bytesInTurn < turnBytes || this.#isResting) return;
    this.#isResting = true;
    this.#adjust();
    this.#turn.readOnLater(this);
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
