/**
 * What this node wants, and which nodes know it. The first subscriber of a hash is announced at once, and SUBACK waits until
 * all nodes have acknowledged that. That the last subscriber has left is announced some time later, since subscribers come
 * and go.
 */
import type { NodeClock } from '../clock.ts';

export interface OwnInterestParts {
  readonly clock: NodeClock;
  /** How long a hash stays wanted after its last subscriber on this node has left, in ms. */
  readonly lingerMs: number;
  gained(hash: number): void;
  lost(hash: number): void;
  /** Calls back once all other nodes have acknowledged what they were told so far. */
  whenAllKnow(known: () => void): void;
}

interface Wanted {
  namespaces: number;
  /** Called once all others know of it; undefined: they do. */
  waiting: (() => void)[] | undefined;
  callOff: (() => void) | undefined;
}

export class OwnInterest {
  readonly #parts: OwnInterestParts;
  readonly #wanted = new Map<number, Wanted>();

  constructor(parts: OwnInterestParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#wanted.size;
  }

  get hashes(): readonly number[] {
    return [...this.#wanted.keys()];
  }

  /** A namespace with this hash has its first subscriber here. */
  gain(hash: number): void {
    const known = this.#wanted.get(hash);
    if (known) {
      known.namespaces++;
      known.callOff?.();
      known.callOff = undefined;
      return;
    }
    const waiting: (() => void)[] = [];
    const wanted: Wanted = { namespaces: 1, waiting, callOff: undefined };
    this.#wanted.set(hash, wanted);
    this.#parts.gained(hash);
    this.#parts.whenAllKnow(() => {
      wanted.waiting = undefined;
      for (const call of waiting) call();
    });
  }

  /** A namespace with this hash has lost its last subscriber here. */
  lose(hash: number): void {
    const wanted = this.#wanted.get(hash);
    if (!wanted || --wanted.namespaces > 0) return;
    wanted.callOff = this.#parts.clock.after(this.#parts.lingerMs, () => {
      this.#wanted.delete(hash);
      this.#parts.lost(hash);
    });
  }

  /** Calls back once all others know that the hash is wanted: now, if they do. */
  whenKnown(hash: number, known: () => void): void {
    const waiting = this.#wanted.get(hash)?.waiting;
    if (waiting) waiting.push(known);
    else known();
  }

  isKnown(hash: number): boolean {
    return this.#wanted.get(hash)?.waiting === undefined;
  }

  /** Forgets all interest without telling the other nodes. */
  clear(): void {
    for (const { callOff } of this.#wanted.values()) callOff?.();
    this.#wanted.clear();
  }
}
