/** Clients: each has a client ID and one namespace, to which it publishes, or in which it listens. They come back when they are cut off. */

import type { Timeline } from '../timeline/timeline.ts';
import type { Checks } from './checks.ts';
import { type Publication, type SessionHost, SimulatedSession } from './simulated-session.ts';

export interface ClientParts {
  readonly timeline: Timeline;
  readonly checks: Checks;
  /** How likely a message at QoS 1 is one of a permanent topic. */
  readonly permanence: number;
  nodes(): readonly SessionHost[];
}

/** A client that has had no CONNACK for so long goes elsewhere, in ms. */
const patienceMs = 4_000;

export class SimulatedClient {
  readonly #parts: ClientParts;
  readonly #name: string;
  readonly #namespace: string;
  readonly #isPublisher: boolean;
  #session: SimulatedSession | undefined;
  #connections = 0;

  constructor(parts: ClientParts, name: string, namespace: string, isPublisher: boolean) {
    this.#parts = parts;
    this.#name = name;
    this.#namespace = namespace;
    this.#isPublisher = isPublisher;
  }

  /** Connects, whatever became of the connection before. */
  connect(): void {
    const { timeline, checks } = this.#parts;
    const node = this.#chooseNode();
    if (!node) {
      timeline.after(500, () => this.connect());
      return;
    }
    if (this.#session) this.#session.isCurrent = false;
    const session = new SimulatedSession(
      `${this.#name}.${++this.#connections}`,
      this.#name,
      this.#namespace,
      node,
    );
    this.#session = session;
    checks.sessions.push(session);
    session.closed = () => this.#ended(session);
    this.#toNode(session, () =>
      node.connect(session, (isAccepted) => node.send(session, () => isAccepted && this.#connected(session))),
    );
    timeline.after(patienceMs, () => {
      if (session.isAccepted || this.#session !== session) return;
      session.isOpen = false;
      this.#toNode(session, () => node.close(session, 'the client has gone'), true);
      this.#ended(session);
    });
  }

  /** The process of its connection has ended. */
  lost(node: SessionHost): void {
    const { timeline } = this.#parts;
    for (const session of this.#parts.checks.sessions) {
      if (session.node !== node || session.clientId !== this.#name || !session.isOpen) continue;
      timeline.after(timeline.random.between(1, 50), () => {
        session.isOpen = false;
        session.closed();
      });
    }
  }

  /** A load balancer's choice: mostly a node that says it is ready. */
  #chooseNode(): SessionHost | undefined {
    const { random } = this.#parts.timeline;
    const living = this.#parts.nodes().filter(({ process }) => process.isAlive);
    const ready = living.filter(({ cluster }) => cluster.isGood);
    return random.pick(ready.length > 0 && random.chance(0.9) ? ready : living);
  }

  #ended(session: SimulatedSession): void {
    const { timeline } = this.#parts;
    if (this.#session !== session) return;
    this.#session = undefined;
    timeline.after(timeline.random.between(10, 1_000), () => {
      if (this.#session === undefined) this.connect();
    });
  }

  #connected(session: SimulatedSession): void {
    if (this.#session !== session) return;
    if (this.#isPublisher) this.#publish(session);
    else this.#toNode(session, () => session.node.subscribe(session, () => this.#subacked(session)));
  }

  #subacked(session: SimulatedSession): void {
    session.node.send(session, () => {
      session.subscribedMs = this.#parts.timeline.nowMs;
    });
  }

  #publish(session: SimulatedSession): void {
    const { timeline, checks, permanence } = this.#parts;
    if (!session.isOpen || this.#session !== session || timeline.nowMs >= timeline.quietMs) return;
    const qos = timeline.random.chance(0.85) ? 1 : 0;
    const { node } = session;
    const sequence = ++session.sequence;
    const publication: Publication = {
      name: `${session.name}#${sequence}`,
      namespace: this.#namespace,
      isPermanent: qos === 1 && timeline.random.chance(permanence),
      from: session,
      ...{ sequence, node },
      sentMs: timeline.nowMs,
      isAcknowledged: false,
    };
    checks.publications.set(publication.name, publication);
    const next = () => timeline.after(timeline.random.between(20, 400), () => this.#publish(session));
    this.#toNode(session, () =>
      node.publish(session, publication, qos, () =>
        node.send(session, () => {
          publication.isAcknowledged = true;
          next();
        }),
      ),
    );
    if (qos === 0) next();
  }

  /** A packet to the node: handled in its turn, if the process still lives; those of one connection never change their order. */
  #toNode(session: SimulatedSession, handle: () => void, evenIfClosed = false): void {
    const { timeline } = this.#parts;
    session.packets.push(() => {
      if (session.isOpen || evenIfClosed) handle();
    });
    timeline.at(
      timeline.nowMs + timeline.random.between(0.1, 3),
      () => session.packets.shift()?.(),
      session.node.process,
    );
  }
}
