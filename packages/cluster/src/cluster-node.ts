/**
 * One node of a cluster: its links, its interest and that of the other nodes, its claims, and its membership. It lives
 * through several incarnations: when one is over, all sessions are closed, and another joins.
 */
import { randomBytes } from 'node:crypto';
import type { Qos } from '@iotcore/engine';
import { UnderWay } from '@iotcore/engine/routing';
import { type Pause, pauseFor } from '@iotcore/process/clock';
import type { Carrier } from './carriers/carrier.ts';
import { type Claimed, Claims } from './claims/claims.ts';
import type { NodeClock } from './clock.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { type FrameVersions, frameVersions } from './frames/frame.ts';
import { Incarnation, type IncarnationParts } from './incarnation.ts';
import { OwnInterest } from './interest/own-interest.ts';
import type { PlacedMessage, RemoteMessage, RemoteRoute, RouteDestinations } from './links/remote.ts';
import { rules as allRules, type Rules } from './members/rules.ts';
import type { MemberStatements } from './members/statements.ts';

export interface ClusterNodeOptions {
  /** How long acknowledging outlives the database, and a lone starter waits for old rows, in ms. */
  readonly graceMs: number;
  /** Bytes that may be on their way to one node. */
  readonly linkBytes: number;
  /** How long a namespace stays wanted after its last subscriber has left, in ms. Default 10,000: subscribers come and go. */
  readonly lingerMs?: number;
}

export interface ClusterNodeParts extends ClusterNodeOptions {
  readonly clock: NodeClock;
  readonly carrier: Carrier;
  readonly statements: MemberStatements;
  /** Hands a message of another node to the subscribers here; it lies in their queues when this returns, or resolves. */
  deliver(destinations: RouteDestinations, message: RemoteMessage): void | Promise<void>;
  /** Closes all sessions; resolves when they are closed. */
  closeSessions(reason: string): Promise<void>;
  /** Something went wrong that passes; for the log. */
  failed(what: string, error: unknown): void;
  /** For the log. */
  changed(event: ClusterEvent): void;
  /** Those of this code, unless a test has nodes of others. */
  readonly versions?: FrameVersions;
  /** Those of `rules.ts`, unless a simulation breaks one. */
  readonly rules?: Rules;
  readonly claims?: Claims;
  /** 16 random bytes in hex, a new one each time. */
  newIncarnation?(): string;
}

/** A message must not be acknowledged, since it could not be handed over to the other nodes in time. */
export class NotHandedOverError extends Error {
  override readonly name = 'NotHandedOverError';
}

const lingerMs = 10_000;
/** An acknowledgement is held back for this long at most, in ms. */
const holdMs = 10_000;
/** CONNACK waits so long for others to hear of the claim, in ms. */
const claimMs = 1_000;
const tickMs = 100;
/** Between two attempts to begin, in ms. */
const beginAgainMs = 1_000;

/** What a session holds that has a client ID. */
export interface ClientIdClaim {
  /** The session is over. */
  release(): void;
}

/** A hold on messages that went out to the same nodes in the same frames. */
interface MessageHold {
  readonly incarnation: Incarnation;
  /** Until then. */
  readonly framesSent: number;
  readonly peers: number;
  readonly hold: Hold;
  readonly underWay: UnderWay;
}

type Done = (error?: Error) => void;
const noUsage: ReadonlyMap<string, number> = new Map();

interface Hold {
  readonly untilMs: number;
  /** Acknowledgements that wait for it. */
  messages: number;
  /** Links that have not acknowledged yet. */
  pending: number;
  readonly done: Done;
}

export class ClusterNode {
  readonly #parts: ClusterNodeParts;
  readonly #claims: Claims;
  readonly #interest: OwnInterest;
  /** Acknowledgements that are held back, the oldest first. */
  readonly #holds = new Set<Hold>();
  /** Those of them that every link has acknowledged: they wait until this node is good. */
  readonly #ready = new Set<Hold>();
  /** Messages of this input may be acknowledged. */
  #goodInput = 0;
  /** The last on messages. */
  #lastHold: MessageHold | undefined;
  #incarnation: Incarnation | undefined;
  /** Incarnations that are over, and whose rows do not say so yet: a node that joins would wait for them. */
  readonly #over = new Set<string>();
  /** Until the row of an incarnation is written; before that, until the sessions of the one before are closed. */
  #beginning: Promise<void> = Promise.resolve();
  #isStopped = false;
  #callOffTick: (() => void) | undefined;
  /** Between two attempts to begin, if there is one now. */
  #pause: Pause | undefined;
  /** Before it was a member, since it was one last. */
  #timesLeftOut = 0;
  /** Since the last incarnation began, there was a time when nothing could leave. */
  #wasCutOff = false;
  #resets = 0;
  #resent = 0;
  #dropped = 0;

  constructor(parts: ClusterNodeParts) {
    this.#parts = parts;
    this.#claims = parts.claims ?? new Claims();
    this.#interest = new OwnInterest({
      clock: parts.clock,
      lingerMs: parts.lingerMs ?? lingerMs,
      gained: (hash) => this.#incarnation?.broadcast({ type: 'gained', hashes: [hash] }),
      lost: (hash) => this.#incarnation?.broadcast({ type: 'lost', hashes: [hash] }),
      whenAllKnow: (known) => {
        if (this.#incarnation) this.#incarnation.whenAcknowledged(this.#incarnation.everybody, known);
        else known();
      },
    });
  }

  /** Begins to join; resolves once the row of this node is in the database. */
  async start(): Promise<void> {
    this.#tickLater();
    this.#beginning = this.#begin();
    await this.#beginning;
  }

  /** To be called once all sessions are closed: the node's row then says that the node has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#callOffTick?.();
    this.#pause?.end();
    const incarnation = this.#incarnation;
    this.#incarnation = undefined;
    incarnation?.close();
    this.#failHolds();
    if (incarnation) this.#over.add(incarnation.id);
    await this.#beginning;
    await this.#endRows().catch((error) =>
      this.#parts.failed('the row of this node could not be ended', error),
    );
    await this.#parts.carrier.close();
  }

  /** May it acknowledge what it has read before this moment? */
  get isGood(): boolean {
    return this.#incarnation?.membership.isGood ?? false;
  }

  /** Undefined while there is none: this node begins, or has left the cluster. */
  get incarnation(): string | undefined {
    return this.#incarnation?.id;
  }

  /** Does another node want something in a namespace with this hash? */
  isWanted(hash: number): boolean {
    return this.#incarnation !== undefined && this.#incarnation.table.wanting(hash) !== 0;
  }

  /**
   * Sends a message to the nodes that want it; `end` is added to each topic of the route. Undefined: the message is handed over, and
   * may be acknowledged now. Otherwise that is settled once it may be, or with an error if it never may. QoS 0 messages do not wait.
   */
  publish(route: RemoteRoute, end: string, message: PlacedMessage): UnderWay | undefined {
    const { qos } = message;
    const incarnation = this.#incarnation;
    // A node that has not joined does not know which nodes want the message. It must not acknowledge the message after it has
    // joined.
    if (!incarnation?.membership.isMember) return this.#lose(qos, 'this node is not a member of its cluster');
    const wanting = incarnation.wanting(route);
    if (wanting === 0) return qos === 0 || this.#isGoodFor(message) ? undefined : this.#waitUntilGood();
    if (!incarnation.send(wanting, route, end, message))
      return this.#lose(qos, 'too much is on its way to another node');
    return qos === 0 ? undefined : this.#underWay(incarnation, wanting);
  }

  /**
   * May it acknowledge a message that no other node wants? It asks the clock after the message was read; once for all packets that were read
   * together, since nothing else happens while these are handled one after the other.
   */
  #isGoodFor({ input = 0 }: PlacedMessage): boolean {
    if (input !== 0 && input === this.#goodInput) return true;
    if (!this.isGood) return false;
    this.#goodInput = input;
    return true;
  }

  #waitUntilGood(): UnderWay {
    const underWay = new UnderWay();
    this.#hold(0, (error) => underWay.settle(error));
    return underWay;
  }

  /** Until these nodes have what was just appended: one for all messages that they acknowledge together. */
  #underWay(incarnation: Incarnation, peers: number): UnderWay {
    const { framesSent } = incarnation;
    const last = this.#lastHold;
    if (
      last?.incarnation === incarnation &&
      last.framesSent === framesSent &&
      last.peers === peers &&
      !last.underWay.isSettled
    ) {
      last.hold.messages++;
      return last.underWay;
    }
    return this.#newUnderWay(incarnation, peers);
  }

  /** Apart from `#underWay`: what its closure captures would be an object more for each message. */
  #newUnderWay(incarnation: Incarnation, peers: number): UnderWay {
    const underWay = new UnderWay();
    const hold = this.#hold(peers, (error) => underWay.settle(error));
    this.#lastHold = { incarnation, framesSent: incarnation.framesSent, peers, hold, underWay };
    return underWay;
  }

  /** Is more on its way to some node than may be? Then publishers should wait. */
  get isCrowded(): boolean {
    return this.#incarnation?.isCrowded ?? false;
  }

  #lose(qos: Qos, why: string): UnderWay | undefined {
    if (qos === 0) {
      this.#dropped++;
      return undefined;
    }
    const underWay = new UnderWay();
    underWay.settle(new NotHandedOverError(why));
    return underWay;
  }

  /** A namespace has its first subscriber here. */
  gainInterest(hash: number): void {
    this.#interest.gain(hash);
  }

  /** A namespace has lost its last subscriber here. */
  loseInterest(hash: number): void {
    this.#interest.lose(hash);
  }

  /** May a subscription be acknowledged now? Else `done` is called, as for a message. */
  subscribed(hash: number, done: Done): boolean {
    if (this.#interest.isKnown(hash) && this.isGood) return true;
    const hold = this.#newHold(1, done);
    this.#interest.whenKnown(hash, () => this.#acknowledged(hold));
    return false;
  }

  /**
   * The client ID belongs to a session here from now on. `known` is called while this node is good, once the others have heard
   * of it, or a second has passed; or with an error. Said only then when this node is good: before, others might not hear it.
   */
  claim(key: string, taken: () => void, known: Done): ClientIdClaim {
    let claimed: Claimed | undefined;
    let isReleased = false;
    this.#hold(0, (error) => {
      if (error || isReleased) known(error);
      else {
        claimed = this.#claims.add(key, taken);
        this.#tell(claimed, known);
      }
    });
    return {
      release: () => {
        isReleased = true;
        if (claimed) this.#claims.remove(claimed);
      },
    };
  }

  #tell({ key, counter }: Claimed, known: Done): void {
    const incarnation = this.#incarnation;
    if (!incarnation || incarnation.everybody === 0) {
      this.#hold(0, known);
      return;
    }
    const hold = this.#newHold(1, known);
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      callOff();
      this.#acknowledged(hold);
    };
    const callOff = this.#parts.clock.after(claimMs, over);
    incarnation.broadcast({ type: 'claim', key, counter });
    incarnation.whenAcknowledged(incarnation.everybody, over);
  }

  /** How many nodes serve the fleet, as far as this one knows: itself among them. */
  get size(): number {
    return 1 + (this.#incarnation?.peers ?? 0);
  }

  /** What the others use of limits that are shared, as they last said: each some hundred keys at most, by its own account. */
  get usedByOthers(): ReadonlyMap<string, number> {
    return this.#incarnation?.usedByOthers ?? noUsage;
  }

  /** Tells the other nodes this node's usage of shared limits; it replaces what they were told before. */
  tellUsage(used: ReadonlyMap<string, number>): void {
    this.#incarnation?.tellUsage(used);
  }

  /** For people and metrics. */
  get status() {
    const incarnation = this.#incarnation;
    return {
      incarnation: incarnation?.id,
      state: incarnation?.membership.own?.state ?? ('joining' as const),
      isGood: this.isGood,
      isConnected: this.#parts.carrier.isConnected,
      peers: incarnation?.peerStatus() ?? [],
      rows: incarnation?.membership.known.rows ?? [],
      held: [...this.#holds].reduce((sum, { messages }) => sum + messages, 0),
      claims: this.#claims.size,
      ownInterest: this.#interest.size,
      othersInterest: incarnation?.table.size ?? 0,
      resent: this.#resent + (incarnation?.resent ?? 0),
      dropped: this.#dropped,
      resets: this.#resets,
    };
  }

  /** What the others are believed to want, for tests: by incarnation the hashes. */
  interestOf(peer: string): ReadonlySet<number> {
    return this.#incarnation?.interestOf(peer) ?? new Set();
  }

  get interest(): ReadonlySet<number> {
    return new Set(this.#interest.hashes);
  }

  #tickLater(): void {
    if (this.#isStopped) return;
    this.#callOffTick = this.#parts.clock.after(tickMs, () => {
      this.#wasCutOff ||= !this.#parts.carrier.isConnected;
      this.#incarnation?.tick();
      this.#letGo();
      this.#expireHolds();
      this.#tickLater();
    });
  }

  /** A new incarnation joins; again, if the database is away. */
  async #begin(): Promise<void> {
    const { carrier, failed, changed } = this.#parts;
    while (!this.#isStopped) {
      const id = this.#parts.newIncarnation?.() ?? randomBytes(16).toString('hex');
      let incarnation: Incarnation | undefined;
      try {
        await this.#endRows();
        const made = new Incarnation(this.#incarnationParts(id));
        await carrier.open(id, (bytes) => made.received(bytes));
        if (this.#isStopped) {
          made.close();
          return;
        }
        this.#incarnation = incarnation = made;
        this.#wasCutOff = false;
        changed({ kind: 'joining', incarnation: id });
        await made.membership.start();
        return;
      } catch (error) {
        failed('this node could not begin to join', error);
        // Its row may be written nevertheless; before, the ID may be that of another.
        if (incarnation) this.#over.add(id);
        // Stopped or reset meanwhile: another has its place, or none.
        if (this.#incarnation !== incarnation) return;
        incarnation?.close();
        this.#incarnation = undefined;
      }
      await this.#wait(beginAgainMs);
    }
  }

  /** Over at once when this node is stopped: nothing waits for it to begin then. */
  async #wait(ms: number): Promise<void> {
    if (this.#isStopped) return;
    this.#pause = pauseFor(this.#parts.clock, ms);
    await this.#pause.over;
    this.#pause = undefined;
  }

  #incarnationParts(id: string): IncarnationParts {
    const { clock, carrier, statements, graceMs, linkBytes, failed, changed } = this.#parts;
    return {
      ...{ id, clock, carrier, statements, graceMs, linkBytes, failed, changed },
      versions: this.#parts.versions ?? frameVersions,
      rules: this.#parts.rules ?? allRules,
      claims: this.#claims,
      hashes: () => this.#interest.hashes,
      deliver: (destinations, message) => this.#parts.deliver(destinations, message),
      proved: () => this.#letGo(),
      over: (reason) => this.#reset(id, reason),
    };
  }

  /** Closes the sessions that other nodes may have gone on without, reports the reason, and begins a new incarnation. */
  #reset(id: string, reason: string): void {
    const incarnation = this.#incarnation;
    if (incarnation?.id !== id || this.#isStopped) return;
    this.#parts.changed({ kind: 'over', incarnation: id, reason });
    this.#resets++;
    this.#resent += incarnation.resent;
    this.#incarnation = undefined;
    incarnation.close();
    this.#failHolds();
    this.#beginning = this.#beginAnew(incarnation, reason, this.#beginning);
  }

  async #beginAnew({ id, membership }: Incarnation, reason: string, before: Promise<void>): Promise<void> {
    await this.#parts.closeSessions(reason);
    this.#claims.clear();
    await before;
    this.#over.add(id);
    this.#timesLeftOut = membership.hasJoined ? 0 : this.#timesLeftOut + 1;
    if (this.#timesLeftOut > 0 && !this.#isStopped) await this.#stayAway(this.#timesLeftOut);
    await this.#begin();
  }

  /**
   * While there is a row of this node, nobody joins whom it does not answer. It is back at once when what it lacked was its carrier, and
   * that is there again.
   */
  async #stayAway(timesLeftOut: number): Promise<void> {
    const { clock, carrier, failed, rules = allRules } = this.#parts;
    await this.#endRows().catch((error) => failed('the row of this node could not be ended', error));
    const untilMs = clock.nowMs() + rules.awayMs(timesLeftOut);
    const mustStay = () => clock.nowMs() < untilMs && !(this.#wasCutOff && carrier.isConnected);
    while (!this.#isStopped && mustStay()) await this.#wait(tickMs);
  }

  /** Says that incarnations have ended whose sessions are closed. */
  async #endRows(): Promise<void> {
    for (const id of this.#over) {
      await this.#parts.statements.end(id);
      this.#over.delete(id);
    }
  }

  #hold(peers: number, done: Done): Hold {
    const incarnation = this.#incarnation;
    const hold = this.#newHold(1, done);
    if (incarnation && peers !== 0) incarnation.whenAcknowledged(peers, () => this.#acknowledged(hold));
    else this.#acknowledged(hold);
    return hold;
  }

  #newHold(pending: number, done: Done): Hold {
    const hold = { untilMs: this.#parts.clock.nowMs() + holdMs, messages: 1, pending, done };
    this.#holds.add(hold);
    return hold;
  }

  #acknowledged(hold: Hold): void {
    if (--hold.pending > 0 || !this.#holds.has(hold)) return;
    if (!this.isGood) this.#ready.add(hold);
    else if (this.#holds.delete(hold)) hold.done();
  }

  /** Releases acknowledgements that wait only until this node is good. */
  #letGo(): void {
    for (const hold of this.#ready) {
      // Releasing takes time, and the node may cease to be good meanwhile: check before each.
      if (!this.isGood) return;
      this.#ready.delete(hold);
      if (this.#holds.delete(hold)) hold.done();
    }
  }

  #expireHolds(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const hold of this.#holds) {
      if (hold.untilMs > nowMs) return;
      this.#ready.delete(hold);
      if (this.#holds.delete(hold)) hold.done(new NotHandedOverError('other nodes did not answer in time'));
    }
  }

  #failHolds(): void {
    const holds = [...this.#holds];
    this.#holds.clear();
    this.#ready.clear();
    for (const { done } of holds) done(new NotHandedOverError('this node has left the cluster'));
  }
}
