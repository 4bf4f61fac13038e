/**
 * One incarnation's membership: the renewals of its row, the nodes that it must condemn, and the nodes that it goes on
 * without. Joining is in `joining.ts`; the rules about times are in `rules.ts`.
 */
import type { NodeClock } from '../clock.ts';
import type { LinkEvidence } from '../links/link.ts';
import { findCondemnable } from './condemnable.ts';
import { Joining, type JoiningParts } from './joining.ts';
import { KnownRows } from './known-rows.ts';
import { isAlive, type NodeRow } from './node-row.ts';
import { type Rules, type Standing, times } from './rules.ts';
import type { MemberStatements } from './statements.ts';

/** Another node with which there is a link. */
export interface Peer {
  readonly incarnation: string;
  readonly evidence: LinkEvidence;
}

export interface MembershipParts extends Pick<JoiningParts, 'ping' | 'greet'> {
  readonly clock: NodeClock;
  readonly incarnation: string;
  readonly statements: MemberStatements;
  readonly rules: Rules;
  readonly graceMs: number;
  /** The view: the nodes that this one waits for. */
  peers(): Iterable<Peer>;
  hasPeer(incarnation: string): boolean;
  /** The others go on without it. */
  drop(incarnation: string): void;
  /** This incarnation is over, for a reason. */
  over(reason: string): void;
  /** The database has made it a member. */
  joined(): void;
  /** It may have become good. */
  proved(): void;
  failed(what: string, error: unknown): void;
}

/** Is its own standing: that is asked for with each acknowledgement, and makes nothing. */
export class Membership implements Standing {
  readonly known = new KnownRows();
  readonly #parts: MembershipParts;
  readonly #joining: Joining;
  #renewedMs: number;
  #isRenewing = false;
  #isCondemning = false;
  #isStopped = false;
  #hasJoined = false;
  #isMember = false;
  /** What `#isMember` was worked out from. */
  #ownRevision = 0;
  /** Nodes that the last read gave reason to condemn. */
  #suspected: ReadonlySet<string> = new Set();
  #callOff: (() => void) | undefined;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.#renewedMs = parts.clock.nowMs();
    this.#joining = new Joining({
      ...parts,
      known: this.known,
      promoted: () => this.#promoted(),
      readAgain: () => void this.#renew(),
    });
  }

  /** Resolves once the row is there; joining goes on by itself. */
  async start(): Promise<void> {
    const { statements, incarnation } = this.#parts;
    await statements.join(incarnation);
    if (this.#isStopped) return;
    this.#renewedMs = this.#parts.clock.nowMs();
    this.#renewLater(0);
  }

  /** Nothing is asked of the database any more. */
  stop(): void {
    this.#isStopped = true;
    this.#callOff?.();
  }

  get own(): NodeRow | undefined {
    return this.known.get(this.#parts.incarnation)?.row;
  }

  /** Asked for with every message, so it is looked up only once the rows have changed. */
  get isMember(): boolean {
    if (this.#ownRevision !== this.known.revision) {
      this.#ownRevision = this.known.revision;
      this.#isMember = this.own?.state === 'member';
    }
    return this.#isMember;
  }

  /** Has it ever been a member? */
  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  get isGood(): boolean {
    const { rules, clock, graceMs } = this.#parts;
    return !this.#isStopped && rules.isGood(this, clock.nowMs(), graceMs);
  }

  get state(): NodeRow['state'] {
    return this.own?.state ?? 'joining';
  }

  get renewedMs(): number {
    return this.#renewedMs;
  }

  /** Until when all in view have confirmed this node. */
  get confirmedMs(): number {
    let confirmedMs = Number.POSITIVE_INFINITY;
    const { rules, peers } = this.#parts;
    for (const { evidence } of peers()) confirmedMs = Math.min(confirmedMs, rules.confirmedMs(evidence));
    return confirmedMs;
  }

  /** To be called ten times a second or so. */
  tick(): void {
    if (this.#isStopped) return;
    if (this.#parts.rules.mustReset(this, this.#parts.clock.nowMs())) {
      this.#parts.over('it could not prove for 20 s that it is a member');
      return;
    }
    this.#dropTheDead();
    this.#joining.advance();
  }

  /** Takes in rows that another node told of. */
  heardRows(rows: readonly NodeRow[]): void {
    this.known.merge(rows, this.#parts.clock.nowMs(), this.#parts.rules.countsAtSecondHand);
    this.#look();
  }

  /** A frame of a peer was taken. */
  heardFrom(incarnation: string): void {
    this.known.heardFrom(incarnation, this.#parts.clock.nowMs());
  }

  ponged(incarnation: string, ping: number): void {
    this.#joining.ponged(incarnation, ping);
  }

  agreed(incarnation: string, round: number): void {
    this.#joining.agreed(incarnation, round);
  }

  #renewLater(ms: number): void {
    this.#callOff?.();
    this.#callOff = this.#parts.clock.after(ms, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing || this.#isStopped) return;
    this.#isRenewing = true;
    this.#renewLater(times.renewMs);
    const { clock, statements, incarnation, failed } = this.#parts;
    const sentMs = clock.nowMs();
    try {
      const unanswered = this.#unanswered(sentMs);
      if (unanswered.length > 0)
        failed('other nodes do not answer this one, so it cannot join', noAnswerFrom(unanswered));
      const misses = new Set([...this.#unconfirmed(sentMs), ...unanswered]);
      const rows = await statements.renew(incarnation, [...misses]);
      if (!this.#isStopped) this.#renewed(rows, sentMs);
    } catch (error) {
      failed('the row of this node could not be renewed', error);
    } finally {
      this.#isRenewing = false;
      // A statement that took longer than the pause between two has had its turn called off.
      if (!this.#isStopped) this.#renewLater(times.renewMs);
    }
  }

  #renewed(rows: readonly NodeRow[] | undefined, sentMs: number): void {
    if (rows === undefined) {
      this.#condemned();
      return;
    }
    this.#renewedMs = Math.max(this.#renewedMs, sentMs);
    this.known.merge(rows, this.#parts.clock.nowMs());
    this.known.keepOnly(rows);
    this.#look();
    if (this.#isStopped) return;
    this.#parts.proved();
    this.#suspect();
    this.#joining.read(rows);
  }

  /** Nodes that have not confirmed this one for some seconds. */
  #unconfirmed(nowMs: number): string[] {
    const { rules, peers } = this.#parts;
    return [...peers()]
      .filter(({ evidence }) => {
        const sinceMs = Math.max(evidence.openedMs, rules.confirmedMs(evidence));
        return sinceMs + times.goodMs <= nowMs;
      })
      .map(({ incarnation }) => incarnation);
  }

  /** Before there are links: nodes that live and do not answer. One that does not renew its row is dead, or has lost the database, and is waited for. */
  #unanswered(nowMs: number): string[] {
    return this.#joining.unanswered(nowMs).filter((one) => {
      const row = this.known.get(one)?.row;
      return row !== undefined && this.silentMs(row) < times.silentMs;
    });
  }

  /** Acts on the rows as they are known now. */
  #look(): void {
    const { own } = this;
    if (own && !isAlive(own)) {
      this.#condemned();
      return;
    }
    if (own?.state === 'member' && !this.#hasJoined) {
      this.#hasJoined = true;
      this.#parts.joined();
    }
    this.#dropTheDead();
  }

  #condemned(): void {
    const reason = this.#hasJoined
      ? 'the others went on without it'
      : 'it did not answer other nodes in time, or they did not answer it';
    this.#parts.over(reason);
  }

  #dropTheDead(): void {
    const { clock, rules, hasPeer, drop } = this.#parts;
    const nowMs = clock.nowMs();
    for (const { row, lastSignMs } of this.known)
      if (hasPeer(row.incarnation) && nowMs >= rules.droppedAtMs(row.state, lastSignMs))
        drop(row.incarnation);
  }

  #promoted(): void {
    const { own } = this;
    if (own) this.known.merge([{ ...own, state: 'member' }], this.#parts.clock.nowMs());
    this.#look();
    this.#parts.proved();
  }

  /** Condemns nodes that two reads in a row gave reason to condemn. */
  #suspect(): void {
    const { incarnation } = this.#parts;
    const doomed = findCondemnable(this.known.rows, incarnation, this);
    const twice = new Set(doomed.filter((one) => this.#suspected.has(one)));
    this.#suspected = new Set(doomed);
    if (twice.size > 0) void this.#condemn(twice);
  }

  async #condemn(suspects: ReadonlySet<string>): Promise<void> {
    if (this.#isCondemning) return;
    this.#isCondemning = true;
    const { statements, incarnation, failed } = this.#parts;
    try {
      await statements.condemn(incarnation, (rows) =>
        this.#isStopped ? [] : findCondemnable(rows, incarnation, this).filter((one) => suspects.has(one)),
      );
    } catch (error) {
      failed('a node could not be condemned', error);
    } finally {
      this.#isCondemning = false;
    }
  }

  silentMs(row: NodeRow): number {
    const known = this.known.get(row.incarnation);
    if (!known || row.renewals > known.row.renewals) return 0;
    return this.#parts.clock.nowMs() - known.renewedMs;
  }

  joinerPatienceMs(state: NodeRow['state']): number {
    return this.#parts.rules.joinerPatienceMs(state, this.#parts.graceMs);
  }
}

function noAnswerFrom(nodes: readonly string[]): Error {
  return new Error(
    `no answer from ${nodes.join(', ')}: do all use the same carrier, with the same prefix and rights?`,
  );
}
