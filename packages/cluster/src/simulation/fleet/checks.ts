/** What must hold in every run, whatever goes wrong. */
import type { NodeState } from '../../members/node-row.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Publication, SessionHost, SimulatedSession } from './simulated-session.ts';

/** What an incarnation did, at times of the timeline. */
interface Life {
  readonly node: SessionHost;
  readonly linked: Map<string, number>;
  readonly dropped: Map<string, number>;
  memberSinceMs: number | undefined;
  overMs: number | undefined;
  /** When it last read something that it acknowledged. */
  acknowledgedMs: number | undefined;
}

/** It did not wait for the other any more; or it never did, and both acknowledge. */
function wentOnWithout(life: Life, incarnation: string, other: Life, readMs: number): boolean {
  const droppedMs = life.dropped.get(incarnation);
  if (droppedMs !== undefined) return life.memberSinceMs !== undefined && droppedMs < readMs;
  if (life.linked.has(incarnation) || other.memberSinceMs === undefined) return false;
  return life.acknowledgedMs !== undefined && life.acknowledgedMs > other.memberSinceMs;
}

/** Publishers have an acknowledgement in each stretch of this length, in ms. */
const acknowledgingMs = 5_000;

export class Checks {
  readonly violations: string[] = [];
  /** By their names, in the order of their sending. */
  readonly publications = new Map<string, Publication>();
  readonly sessions: SimulatedSession[] = [];
  acknowledged = 0;
  #mustStayFromMs = Number.POSITIVE_INFINITY;
  #mustStayUntilMs = Number.POSITIVE_INFINITY;
  /** By the database. */
  readonly stateOf: (incarnation: string) => NodeState | undefined;
  /** What the permanent topic of a namespace holds. */
  readonly storedIn: (namespace: string) => string | undefined;
  readonly #timeline: Timeline;
  readonly #lives = new Map<string, Life>();

  constructor(
    timeline: Timeline,
    stateOf: (incarnation: string) => NodeState | undefined,
    storedIn: (namespace: string) => string | undefined,
  ) {
    this.#timeline = timeline;
    this.stateOf = stateOf;
    this.storedIn = storedIn;
  }

  violated(text: string, atMs?: number): void {
    this.violations.push(text);
    this.#timeline.log(`VIOLATED: ${text}`, atMs);
  }

  /** Between these times there is no fault, so no node has a reason to leave. */
  mustStay(fromMs: number, untilMs: number): void {
    this.#mustStayFromMs = fromMs;
    this.#mustStayUntilMs = untilMs;
  }

  happened(node: SessionHost, event: { kind: string; incarnation: string; peer?: string }): void {
    const { nowMs } = node.process;
    const life = this.#lives.get(event.incarnation) ?? {
      node,
      linked: new Map(),
      dropped: new Map(),
      memberSinceMs: undefined,
      overMs: undefined,
      acknowledgedMs: undefined,
    };
    this.#lives.set(event.incarnation, life);
    if (event.kind === 'member') life.memberSinceMs = nowMs;
    if (event.kind === 'over') this.#over(node, life);
    if (event.kind === 'linked' && event.peer) life.linked.set(event.peer, nowMs);
    if (event.kind === 'dropped' && event.peer) {
      life.dropped.set(event.peer, nowMs);
      this.#checkEnd(node, event.peer);
    }
  }

  /** I8: no node leaves without a reason. */
  #over(node: SessionHost, life: Life): void {
    const { name, nowMs } = node.process;
    life.overMs = nowMs;
    if (nowMs >= this.#mustStayFromMs && nowMs < this.#mustStayUntilMs)
      this.violated(`I8: ${name} leaves, and nothing is wrong`, nowMs);
  }

  /** I7: a node whose row says that it has ended has no sessions, since the others go on at once. */
  #checkEnd(node: SessionHost, peer: string): void {
    const ended = this.#lives.get(peer);
    if (!ended?.node.process.isAlive || this.stateOf(peer) !== 'ended') return;
    for (const session of ended.node.sessions)
      if (session.incarnation === peer)
        this.violated(
          `I7: ${node.process.name} goes on without ${ended.node.process.name}, whose row says ended, though ${session.name} is still there`,
          node.process.nowMs,
        );
  }

  ended(incarnation: string | undefined, atMs: number): void {
    const life = incarnation === undefined ? undefined : this.#lives.get(incarnation);
    if (life) life.overMs ??= atMs;
  }

  /** I0: no node acknowledges what it read after another member had gone on without it. */
  acknowledges(what: string, node: SessionHost, incarnation: string | undefined, readMs: number): void {
    this.acknowledged++;
    const own = incarnation === undefined ? undefined : this.#lives.get(incarnation);
    if (incarnation === undefined || !own) return;
    own.acknowledgedMs = readMs;
    for (const [other, life] of this.#lives) {
      if (life.node === node || (life.overMs !== undefined && life.overMs <= readMs)) continue;
      if (!wentOnWithout(life, incarnation, own, readMs)) continue;
      this.violated(
        `I0: ${node.process.name} (${incarnation.slice(0, 4)}) gives ${what}, read at ${seconds(readMs)}, ` +
          `though ${life.node.process.name} (${other.slice(0, 4)}) went on without it`,
        node.process.nowMs,
      );
    }
  }

  /** I9: publishers have had acknowledgements all the time. */
  mustHaveAcknowledged(fromMs: number, untilMs: number): void {
    const isAcknowledgedIn = (publication: Publication, atMs: number) =>
      publication.isAcknowledged && publication.sentMs >= atMs && publication.sentMs < atMs + acknowledgingMs;
    for (let atMs = fromMs; atMs + acknowledgingMs <= untilMs; atMs += acknowledgingMs)
      if (![...this.publications.values()].some((publication) => isAcknowledgedIn(publication, atMs)))
        this.violated(
          `I9: nothing that was sent in the ${seconds(acknowledgingMs)} from ${seconds(atMs)} on was acknowledged`,
        );
  }

  /** At the end, when all has healed. */
  atTheEnd(nodes: readonly SessionHost[]): void {
    this.#checkDeliveries();
    this.#checkPermanent();
    this.#checkMembers(nodes);
    this.#checkClientIds(nodes);
  }

  /** I1: a client that stays connected misses nothing that was acknowledged. I2: it receives messages in order, and each once. */
  #checkDeliveries(): void {
    for (const session of this.sessions) {
      this.#checkOrder(session);
      const { subscribedMs } = session;
      if (!session.isOpen || subscribedMs === undefined) continue;
      const received = new Set(session.received);
      for (const publication of this.publications.values()) {
        const isDue =
          publication.isAcknowledged &&
          publication.sentMs > subscribedMs &&
          publication.namespace === session.namespace;
        if (isDue && !received.has(publication))
          this.violated(
            `I1: ${session.name} at ${session.node.process.name}, subscribed at ${seconds(subscribedMs)}, misses ` +
              `${publication.name}, sent at ${seconds(publication.sentMs)} to ${publication.node.process.name} and acknowledged`,
          );
      }
    }
  }

  #checkOrder(session: SimulatedSession): void {
    for (const isPermanent of [false, true]) {
      const last = new Map<object, number>();
      for (const { from, sequence, name, ...publication } of session.received) {
        if (publication.isPermanent !== isPermanent) continue;
        const before = last.get(from);
        if (before !== undefined && before >= sequence)
          this.violated(`I2: ${session.name} receives ${name} after the message ${before} of its sender`);
        last.set(from, sequence);
      }
    }
  }

  /** I6: the last message that is received of a permanent topic is the retained one. */
  #checkPermanent(): void {
    for (const { name, namespace, node, isOpen, subscribedMs, lastOfPermanent } of this.sessions) {
      if (!isOpen || subscribedMs === undefined) continue;
      const stored = this.storedIn(namespace);
      if (stored !== lastOfPermanent)
        this.violated(
          `I6: ${name} at ${node.process.name} hears ${lastOfPermanent} last, and ${stored} is stored`,
        );
    }
  }

  /** I3: all that live are good members of one view, and know what each other wants. */
  #checkMembers(nodes: readonly SessionHost[]): void {
    const living = nodes.filter(({ process }) => process.isAlive);
    for (const node of living) {
      const { name } = node.process;
      if (!node.cluster.isGood) this.violated(`I3: ${name} is not good: ${node.cluster.status.state}`);
      const peers = new Map(node.cluster.status.peers.map((peer) => [peer.incarnation, peer]));
      if (peers.size !== living.length - 1)
        this.violated(`I3: ${name} has links with ${peers.size} nodes of ${living.length - 1}`);
      for (const other of living) {
        if (other === node) continue;
        const { incarnation } = other.cluster.status;
        if (incarnation === undefined || !peers.has(incarnation)) {
          this.violated(`I3: ${name} has no link with ${other.process.name}`);
          continue;
        }
        const believed = node.cluster.interestOf(incarnation);
        const wanted = other.cluster.interest;
        if (believed.size !== wanted.size || ![...wanted].every((hash) => believed.has(hash)))
          this.violated(`I3: ${name} is wrong about what ${other.process.name} wants`);
      }
    }
  }

  /** I5: one session for each client ID, the newest. */
  #checkClientIds(nodes: readonly SessionHost[]): void {
    const open = new Map<string, SimulatedSession[]>();
    for (const { process, sessions } of nodes) {
      if (!process.isAlive) continue;
      for (const session of sessions) {
        if (!session.isAccepted) continue;
        const { clientId } = session;
        open.set(clientId, [...(open.get(clientId) ?? []), session]);
      }
    }
    for (const [clientId, sessions] of open) {
      if (sessions.length > 1)
        this.violated(
          `I5: ${clientId} has the sessions ${sessions.map(({ name, node }) => `${name} at ${node.process.name}`).join(', ')}`,
        );
      for (const session of sessions)
        if (!session.isCurrent) this.violated(`I5: ${clientId} has an older session than its newest`);
    }
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}
