/**
 * How a row becomes a member. Every node that is joining or a member is pinged. Once all have answered, each is asked for a
 * link, with the list that was just read. Once all have agreed to that list, and no node was condemned for some seconds, the
 * database makes the row a member if its list is still the same.
 */
import type { NodeClock } from '../clock.ts';
import type { KnownRows } from './known-rows.ts';
import { isAlive, type NodeRow } from './node-row.ts';
import { type Rules, times } from './rules.ts';
import type { MemberStatements } from './statements.ts';

export interface JoiningParts {
  readonly clock: NodeClock;
  readonly incarnation: string;
  readonly statements: MemberStatements;
  readonly rules: Rules;
  readonly known: KnownRows;
  ping(incarnation: string, ping: number): void;
  /** Opens a link, if there is none, and asks the other to do so, and to agree to the rows. */
  greet(incarnation: string, round: number, rows: readonly NodeRow[]): void;
  /** The database has made the row a member. */
  promoted(): void;
  readAgain(): void;
  failed(what: string, error: unknown): void;
}

/** A ping, or a greeting that was not agreed to, is repeated after this time, in ms. */
const askAgainMs = 500;

export class Joining {
  readonly #parts: JoiningParts;
  #rows: readonly NodeRow[] | undefined;
  /** The others in the list that was read last. */
  #list: readonly string[] = [];
  /** Counts the lists. */
  #round = 0;
  #isGreeting = false;
  #agreed = new Set<string>();
  readonly #pings = new Map<number, number>();
  #lastPing = 0;
  readonly #pongMs = new Map<string, number>();
  /** When each of the list was first in it. */
  #listedMs: ReadonlyMap<string, number> = new Map();
  #askedMs = Number.NEGATIVE_INFINITY;
  #isPromoting = false;

  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  /** What the database has said. */
  read(rows: readonly NodeRow[]): void {
    if (!this.#isJoining) return;
    const list = rows
      .filter((row) => isAlive(row) && row.incarnation !== this.#parts.incarnation)
      .map(({ incarnation }) => incarnation)
      .toSorted();
    const isSame = this.#rows !== undefined && list.join() === this.#list.join();
    this.#rows = rows;
    if (!isSame) {
      this.#list = list;
      const nowMs = this.#parts.clock.nowMs();
      this.#listedMs = new Map(list.map((one) => [one, this.#listedMs.get(one) ?? nowMs]));
      this.#round++;
      this.#agreed = new Set();
      this.#isGreeting = false;
      this.#askedMs = Number.NEGATIVE_INFINITY;
    }
    this.advance();
  }

  ponged(incarnation: string, ping: number): void {
    const sentMs = this.#pings.get(ping);
    if (sentMs === undefined) return;
    this.#pongMs.set(incarnation, Math.max(sentMs, this.#pongMs.get(incarnation) ?? sentMs));
    this.advance();
  }

  agreed(incarnation: string, round: number): void {
    if (round !== this.#round) return;
    this.#agreed.add(incarnation);
    this.advance();
  }

  /** Nodes that have answered no ping for some seconds: it does not reach them, or they do not reach it. */
  unanswered(nowMs: number): readonly string[] {
    if (!this.#isJoining || this.#isGreeting) return [];
    return this.#list.filter((one) => {
      const sinceMs = Math.max(
        this.#listedMs.get(one) ?? nowMs,
        this.#pongMs.get(one) ?? Number.NEGATIVE_INFINITY,
      );
      return sinceMs + times.unansweredMs <= nowMs;
    });
  }

  /** Does what can be done now. */
  advance(): void {
    if (!this.#isJoining || this.#rows === undefined) return;
    const nowMs = this.#parts.clock.nowMs();
    const isAnswered = this.#list.every(
      (incarnation) => (this.#pongMs.get(incarnation) ?? Number.NEGATIVE_INFINITY) + times.pongMs > nowMs,
    );
    if (!this.#isGreeting && this.#parts.rules.mayGreet(isAnswered)) {
      this.#isGreeting = true;
      this.#askedMs = Number.NEGATIVE_INFINITY;
    }
    if (nowMs - this.#askedMs >= askAgainMs) {
      this.#askedMs = nowMs;
      this.#ask(nowMs);
    }
    if (this.#isReady(nowMs)) void this.#promote(this.#list);
  }

  get #isJoining(): boolean {
    const own = this.#parts.known.get(this.#parts.incarnation);
    return own?.row.state === 'joining';
  }

  #ask(nowMs: number): void {
    const { ping, greet } = this.#parts;
    if (this.#isGreeting) {
      for (const incarnation of this.#list)
        if (!this.#agreed.has(incarnation)) greet(incarnation, this.#round, this.#rows ?? []);
      return;
    }
    this.#lastPing++;
    this.#pings.set(this.#lastPing, nowMs);
    for (const [number, sentMs] of this.#pings) if (sentMs + times.pongMs < nowMs) this.#pings.delete(number);
    for (const incarnation of this.#list) ping(incarnation, this.#lastPing);
  }

  /** All agree, and condemned nodes acknowledge nothing any more. */
  #isReady(nowMs: number): boolean {
    const { known, rules } = this.#parts;
    if (!rules.mayJoin(this.#list.every((incarnation) => this.#agreed.has(incarnation)))) return false;
    for (const { row, lastSignMs } of known)
      if (!isAlive(row) && nowMs < rules.droppedAtMs(row.state, lastSignMs)) return false;
    return true;
  }

  async #promote(list: readonly string[]): Promise<void> {
    if (this.#isPromoting) return;
    this.#isPromoting = true;
    const { statements, incarnation, failed, promoted, readAgain } = this.#parts;
    try {
      if (await statements.promote(incarnation, list)) promoted();
      else readAgain();
    } catch (error) {
      failed('this node could not be made a member', error);
    } finally {
      this.#isPromoting = false;
    }
  }
}
