/** A process of the simulation with the cluster as built, and in place of an engine the little that sessions need of it. */
import { createHash } from 'node:crypto';
import { Claims } from '../claims/claims.ts';
import { ClusterNode } from '../cluster-node.ts';
import { namespaceHash } from '../interest/namespace-hash.ts';
import type { RemoteMessage } from '../links/remote.ts';
import type { Breakage } from './broken.ts';
import type { Checks } from './checks.ts';
import type { SimulatedDatabase } from './database.ts';
import type { Network } from './network.ts';
import type { Publication, SessionHost, SimulatedSession } from './simulated-session.ts';
import type { Process, Timeline } from './timeline.ts';

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
  readonly #parts: SimulatedNodeParts;
  readonly #byNamespace = new Map<string, Set<SimulatedSession>>();
  readonly #routes = new Map<
    string,
    { destinations: { namespace: string; topic: string }[]; hashes: number[] }
  >();

  constructor(parts: SimulatedNodeParts) {
    const { process, machine, network, database, breakage, timeline, graceMs, checks } = parts;
    this.#parts = parts;
    this.process = process;
    this.machine = machine;
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
      deliver: (message) => {
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
    this.#deliverHere(publication);
    const acknowledge = () => {
      if (!this.sessions.has(session) || qos === 0) return;
      this.#parts.checks.acknowledges(publication.name, this, this.#incarnation, readMs);
      process.maySleep();
      answer();
    };
    const message = () => ({ end: '', payload: Buffer.from(publication.name), qos });
    const isDone = this.cluster.publish(this.#routeOf(publication.namespace), qos, message, (error) => {
      if (error) this.#unhanded(session, error);
      else if (!this.#parts.breakage.acknowledgesAtOnce) acknowledge();
    });
    if (isDone || this.#parts.breakage.acknowledgesAtOnce) acknowledge();
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
      route = { destinations: [{ namespace: namespace, topic: 't' }], hashes: [namespaceHash(namespace)] };
      this.#routes.set(namespace, route);
    }
    return route;
  }

  #deliver(message: RemoteMessage): void {
    const publication = this.#parts.checks.publications.get(String(message.payload));
    if (publication) this.#deliverHere(publication);
  }

  #deliverHere(publication: Publication): void {
    for (const session of this.#byNamespace.get(publication.namespace) ?? [])
      this.send(session, () => session.received.push(publication));
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
