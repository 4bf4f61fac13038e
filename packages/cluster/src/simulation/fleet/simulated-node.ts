/** A process of the simulation with the cluster as built, and in place of an engine the little that sessions need of it. */
import { createHash } from 'node:crypto';
import { RetainedOrder } from '../../bus/retained-order.ts';
import { Claims } from '../../claims/claims.ts';
import { ClusterNode } from '../../cluster-node.ts';
import { namespaceHash } from '../../interest/namespace-hash.ts';
import { payloadOf, placed, type RemoteMessage, RemoteRoute } from '../../links/remote.ts';
import type { Breakage } from '../broken/builds.ts';
import type { Process, Timeline } from '../timeline/timeline.ts';
import type { Checks } from './checks.ts';
import type { SimulatedDatabase } from './database.ts';
import type { Network } from './network.ts';
import type { Publication, SessionHost, SimulatedSession } from './simulated-session.ts';

/** The one of each namespace; the database knows it by the namespace. */
const permanentTopic = 'permanent';
/** Between two attempts at a statement, in ms. */
const againMs = 250;

export interface SimulatedNodeParts {
  readonly timeline: Timeline;
  readonly process: Process;
  readonly machine: number;
  readonly network: Network;
  readonly database: SimulatedDatabase;
  readonly checks: Checks;
  readonly breakage: Breakage;
  readonly graceMs: number;
}

export class SimulatedNode implements SessionHost {
  readonly process: Process;
  readonly machine: number;
  readonly cluster: ClusterNode;
  readonly sessions = new Set<SimulatedSession>();
  /** How much later a retained message is handed over, in ms: other messages of its publisher come before it. */
  handsOverLateMs = 0;
  readonly #parts: SimulatedNodeParts;
  readonly #byNamespace = new Map<string, Set<SimulatedSession>>();
  readonly #order: Pick<RetainedOrder, 'handedOver' | 'read' | 'isNews'>;
  readonly #routes = new Map<string, RemoteRoute>();

  constructor(parts: SimulatedNodeParts) {
    const { process, machine, network, database, breakage, timeline, graceMs, checks } = parts;
    this.#parts = parts;
    this.process = process;
    this.machine = machine;
    const order = new RetainedOrder({
      clock: process.clock,
      read: async (namespace) => {
        const stored = await database.readStored(process, machine, namespace);
        return stored && { payload: Buffer.from(stored.value), version: stored.version };
      },
    });
    this.#order = breakage.order?.(order) ?? order;
    const statements = database.statementsOf(process, machine);
    this.cluster = new ClusterNode({
      clock: process.clock,
      carrier: network.carrierOf(process, machine),
      statements: breakage.statements?.(statements) ?? statements,
      ...(breakage.rules && { rules: breakage.rules() }),
      claims: breakage.claims?.(process) ?? new Claims(),
      graceMs,
      linkBytes: 16_777_216,
      newIncarnation: () => timeline.random.hex(16),
      deliver: (_destinations, message) => {
        if (breakage.deliversLate)
          process.clock.after(timeline.random.between(0, 300), () => this.#deliver(message));
        else this.#deliver(message);
      },
      closeSessions: async (reason) => {
        if (breakage.staysConnected) return;
        const closed = this.#closeSessions(reason);
        if (!breakage.endsBeforeClosed) await closed;
      },
      failed: (what, error) =>
        timeline.log(`${process.name}: ${what}: ${(error as Error).message}`, process.nowMs),
      changed: (event) => {
        const peer = 'peer' in event ? ` ${event.peer.slice(0, 4)}` : '';
        const why = 'reason' in event ? `: ${event.reason}` : '';
        timeline.log(
          `${process.name} ${event.incarnation.slice(0, 4)} ${event.kind}${peer}${why}`,
          process.nowMs,
        );
        checks.happened(this, event);
        if (event.kind === 'dropped' && !breakage.readsNothingAfterDrop)
          void this.#handOverRetainedBy(event.peer);
      },
    });
  }

  /** CONNECT was read. `answer` is told whether it was accepted. */
  connect(session: SimulatedSession, answer: (isAccepted: boolean) => void): void {
    const { process } = this;
    const readMs = process.nowMs;
    for (const other of [...this.sessions])
      if (other.clientId === session.clientId) this.close(other, 'taken over here');
    this.sessions.add(session);
    const key = createHash('sha256').update(session.clientId).digest('hex').slice(0, 32);
    session.claim = this.cluster.claim(
      key,
      () => this.close(session, 'taken over elsewhere'),
      (error) => {
        if (!this.sessions.has(session)) return;
        if (error) this.close(session, error.message);
        else {
          this.#parts.checks.acknowledges(`CONNACK to ${session.name}`, this, this.#incarnation, readMs);
          process.maySleep();
          session.isAccepted = true;
          session.incarnation = this.#incarnation;
        }
        answer(!error);
      },
    );
  }

  /** SUBSCRIBE was read. */
  subscribe(session: SimulatedSession, answer: () => void): void {
    if (!this.sessions.has(session)) return;
    const { process } = this;
    const readMs = process.nowMs;
    const hash = namespaceHash(session.namespace);
    let subscribers = this.#byNamespace.get(session.namespace);
    if (!subscribers) {
      subscribers = new Set();
      this.#byNamespace.set(session.namespace, subscribers);
    }
    if (subscribers.size === 0) this.cluster.gainInterest(hash);
    subscribers.add(session);
    session.isSubscribed = true;
    const acknowledge = () => {
      if (!this.sessions.has(session)) return;
      this.#parts.checks.acknowledges(`SUBACK to ${session.name}`, this, this.#incarnation, readMs);
      process.maySleep();
      answer();
      void this.#sendStored(session);
    };
    const isKnown = this.cluster.subscribed(hash, (error) => {
      if (error) this.#unhanded(session, error);
      else if (!this.#parts.breakage.subscribesAtOnce) acknowledge();
    });
    if (isKnown || this.#parts.breakage.subscribesAtOnce) acknowledge();
  }

  /** PUBLISH was read. */
  publish(session: SimulatedSession, publication: Publication, qos: 0 | 1, answer: () => void): void {
    if (!this.sessions.has(session)) return;
    const { process } = this;
    const readMs = process.nowMs;
    if (publication.isPermanent) {
      void this.#store(session, publication, readMs, answer);
      return;
    }
    this.#deliverHere(publication);
    this.#tellOthers(session, publication, qos, readMs, answer);
  }

  #tellOthers(
    session: SimulatedSession,
    publication: Publication,
    qos: 0 | 1,
    readMs: number,
    answer: () => void,
    version?: number,
  ): void {
    const { process } = this;
    const acknowledge = () => {
      if (!this.sessions.has(session) || qos === 0) return;
      this.#parts.checks.acknowledges(publication.name, this, this.#incarnation, readMs);
      process.maySleep();
      answer();
    };
    const { namespace } = publication;
    const retainedAs = version === undefined ? undefined : { namespace, topic: permanentTopic, version };
    const message = placed(Buffer.from(publication.name), qos, retainedAs);
    const underWay = this.cluster.publish(this.#routeOf(namespace), '', message);
    underWay?.whenSettled((error) => {
      if (error) this.#unhanded(session, error);
      else if (!this.#parts.breakage.acknowledgesAtOnce) acknowledge();
    });
    if (underWay === undefined || this.#parts.breakage.acknowledgesAtOnce) acknowledge();
  }

  close(session: SimulatedSession, reason: string): void {
    if (!this.sessions.delete(session)) return;
    const { timeline } = this.#parts;
    timeline.log(`${this.process.name} closes ${session.name}: ${reason}`, this.process.nowMs);
    session.claim?.release();
    const subscribers = this.#byNamespace.get(session.namespace);
    if (session.isSubscribed && subscribers?.delete(session) && subscribers.size === 0)
      this.cluster.loseInterest(namespaceHash(session.namespace));
    this.send(session, () => {
      session.isOpen = false;
      session.closed();
    });
  }

  /** Something goes to the client of a session, in its order. */
  send(session: SimulatedSession, arrived: () => void): void {
    const { timeline } = this.#parts;
    session.arrivalMs = Math.max(session.arrivalMs, this.process.nowMs + timeline.random.between(0.1, 3));
    const { arrivalMs } = session;
    // Two packets of one connection never change their order.
    session.arrivalMs += 0.001;
    timeline.at(arrivalMs, () => {
      if (session.isOpen) arrived();
    });
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    await this.#closeSessions('stopping');
    this.#parts.checks.ended(this.#incarnation, this.process.nowMs);
    await this.cluster.stop();
    this.process.kill();
  }

  get #incarnation(): string | undefined {
    return this.cluster.status.incarnation;
  }

  #routeOf(namespace: string) {
    let route = this.#routes.get(namespace);
    if (!route) {
      route = new RemoteRoute([{ namespace, topic: 't' }]);
      this.#routes.set(namespace, route);
    }
    return route;
  }

  #deliver(message: RemoteMessage): void {
    const publication = this.#parts.checks.publications.get(String(payloadOf(message)));
    if (publication) this.#deliverHere(publication, message.retainedAs?.version);
  }

  #deliverHere(publication: Publication, version?: number): void {
    this.#sendToSubscribers(publication.namespace, publication, version);
    if (version === undefined) return;
    const { namespace } = publication;
    this.#order.handedOver({ namespace, topic: permanentTopic, version }, (payload, newest) =>
      this.#sendToSubscribers(namespace, this.#parts.checks.publications.get(String(payload)), newest),
    );
  }

  #sendToSubscribers(namespace: string, publication: Publication | undefined, version?: number): void {
    if (!publication) return;
    for (const session of this.#byNamespace.get(namespace) ?? []) {
      if (version !== undefined && session.newestWhileReading !== undefined)
        session.newestWhileReading = Math.max(session.newestWhileReading, version);
      this.send(session, () => {
        if (publication.isPermanent) session.lastOfPermanent = publication.name;
        if (!publication.isPermanent || !session.received.includes(publication))
          session.received.push(publication);
      });
    }
  }

  /** Stores it in the name of the incarnation that took it, until it is known whether that was done; then hands it over. */
  async #store(
    session: SimulatedSession,
    publication: Publication,
    readMs: number,
    answer: () => void,
  ): Promise<void> {
    const { database, breakage } = this.#parts;
    const { namespace: topic, name: value } = publication;
    const write = { topic, value, writer: this.#incarnation ?? 'none', isFenced: !breakage.storesUnfenced };
    for (;;) {
      try {
        const version = await database.store(this.process, this.machine, write);
        if (version === undefined) {
          this.close(session, 'not stored');
          return;
        }
        this.process.maySleep();
        if (this.handsOverLateMs > 0) await this.#pass(this.handsOverLateMs);
        this.#deliverHere(publication, version);
        this.#tellOthers(session, publication, 1, readMs, answer, version);
        return;
      } catch {
        await this.#pass(againMs);
      }
    }
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.process.clock.after(ms, resolve));
  }

  /** Sends the retained message to a new subscriber, unless one as new has arrived live meanwhile. */
  async #sendStored(session: SimulatedSession): Promise<void> {
    const { database, checks } = this.#parts;
    const { namespace } = session;
    session.newestWhileReading = 0;
    try {
      const stored = await database.readStored(this.process, this.machine, namespace);
      if (!stored || stored.version <= session.newestWhileReading) return;
      this.#order.read(namespace, permanentTopic, stored.version);
      const publication = checks.publications.get(stored.value);
      if (!publication) return;
      this.send(session, () => {
        session.lastOfPermanent = publication.name;
      });
    } catch {
      this.close(session, 'what is stored cannot be read');
    } finally {
      session.newestWhileReading = undefined;
    }
  }

  async #handOverRetainedBy(writer: string): Promise<void> {
    const { database, checks } = this.#parts;
    for (;;) {
      try {
        for (const { topic, value, version } of await database.readRetainedBy(
          this.process,
          this.machine,
          writer,
        )) {
          const publication = checks.publications.get(value);
          const isNews = this.#order.isNews({ namespace: topic, topic: permanentTopic, version });
          if (publication && isNews) this.#deliverHere(publication, version);
        }
        return;
      } catch {
        await this.#pass(againMs);
      }
    }
  }

  /** A publisher whose message could not be handed over in time is closed. */
  #unhanded(session: SimulatedSession, error: Error): void {
    const { checks, timeline } = this.#parts;
    if (
      this.cluster.isGood &&
      timeline.nowMs >= this.#mustServeFromMs &&
      timeline.nowMs < this.#mustServeUntilMs
    )
      checks.violated(
        `I4: ${session.name} of ${this.process.name}, which is good, times out`,
        this.process.nowMs,
      );
    this.close(session, error.message);
  }

  #mustServeFromMs = Number.POSITIVE_INFINITY;
  #mustServeUntilMs = Number.POSITIVE_INFINITY;

  /** Between these times nothing may be held for so long that it fails, while this node is good. */
  mustServe(fromMs: number, untilMs: number): void {
    this.#mustServeFromMs = fromMs;
    this.#mustServeUntilMs = untilMs;
  }

  /** Closing takes its time. */
  async #closeSessions(reason: string): Promise<void> {
    const { process } = this;
    for (const session of [...this.sessions]) {
      process.maySleep();
      this.close(session, reason);
      await new Promise<void>((resolve) =>
        process.clock.after(this.#parts.timeline.random.between(1, 300), resolve),
      );
    }
  }
}
