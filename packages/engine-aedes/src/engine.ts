import type { Duplex } from 'node:stream';
import { setTimeout as delay, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type {
  Engine,
  EngineHost,
  EngineLimits,
  EngineStats,
  PublishRoute,
  Qos,
  Reason,
  SessionInfo,
  Transport,
} from '@iotcore/engine';
import { reasons } from '@iotcore/engine';
import { LocalMessageBus } from '@iotcore/engine/routing';
import { aedesTopicLevels, type Broker, createBroker } from './aedes/broker.ts';
import { Tokens } from './aedes/tokens.ts';
import { EnginePublisher } from './engine-publisher.ts';
import { HostWork } from './host-work.ts';
import type { Message } from './message.ts';
import { type Publication, Publisher, type PublisherParts } from './publisher.ts';
import { Session, type SessionParts } from './session.ts';
import { type Admitted, Connection, type Reception } from './socket/connection.ts';
import type { Subscription } from './subscriptions.ts';

/** How often the time of clients is looked at, and so how late its end may be noticed. */
const deadlineCheckMs = 250;

/** A check this late means that the process stood still: what clients sent meanwhile has not been read yet. */
const standstillMs = 1000;

/** How long `close` waits for messages that are being stored and acknowledged. */
const drainMs = 1000;
const drainCheckMs = 10;

/** Connections closed in one tick of the event loop: closing all at once would block it, and bring them all back at once. */
const closeSlice = 100;

export class AedesEngine<P> implements Engine<P>, Reception<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits;
  readonly #sessionParts: SessionParts<P>;
  readonly #bus = new LocalMessageBus<Session<P>, Message>();
  readonly #hostWork = new HostWork();
  readonly #publisher: EnginePublisher<P>;
  readonly #counters = { received: 0, sent: 0, dropped: 0 };
  readonly codecLimits: Reception<P>['codecLimits'];
  readonly #broker: Broker;
  readonly #connections = new Set<Connection<P>>();
  /** The latest connection of each client ID in its scope. */
  readonly #byKey = new Map<string, Connection<P>>();
  /** Sessions that aedes has not let go of yet, by client ID. */
  readonly #ending = new Map<string, Promise<unknown>>();
  readonly #deadlineCheck: NodeJS.Timeout;
  #lastCheck = performance.now();
  #isClosing = false;

  constructor(host: EngineHost<P>, limits: EngineLimits) {
    this.host = host;
    this.limits = limits;
    const counters = this.#counters;
    const hostWork = this.#hostWork;
    const bus = this.#bus;
    const engine = new EnginePublisher(host, bus, hostWork);
    const subscriptions = new Tokens<Subscription<Session<P>>>('s');
    const publications = new Tokens<Publication>('p');
    const publisherParts: PublisherParts<P> = { host, limits, publications, engine, counters };
    this.#publisher = engine;
    this.#sessionParts = {
      ...{ host, limits, bus, subscriptions, publications, hostWork, engine, counters },
      createPublisher: (info, link) => new Publisher(publisherParts, info, link),
    };
    this.codecLimits = { ...limits, maxTopicLevels: Math.min(limits.maxTopicLevels, aedesTopicLevels) };
    this.#broker = createBroker(subscriptions, publications);
    this.#deadlineCheck = setInterval(() => this.#checkDeadlines(), deadlineCheckMs);
  }

  accept(socket: Duplex, transport: Transport): void {
    if (this.#isClosing || socket.destroyed) {
      socket.on('error', () => {});
      socket.destroy();
      setImmediate(() => this.host.closed?.(transport));
      return;
    }
    this.#connections.add(new Connection(this, socket, transport));
  }

  async publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    await this.#publisher.publish(route, payload, qos);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#bus.hasSubscribers(namespace);
  }

  disconnect(which: (session: SessionInfo<P>) => boolean, reason: Reason): number {
    const chosen = [...this.#byKey.values()].filter(({ session }) => session && which(session.info));
    for (const connection of chosen) connection.close(reason);
    return chosen.length;
  }

  *sessions(): Iterable<SessionInfo<P>> {
    for (const { session } of this.#byKey.values()) if (session?.isOpen) yield session.info;
  }

  stats(): EngineStats {
    const counters = this.#counters;
    return {
      sessions: this.#byKey.size,
      subscriptions: this.#bus.subscriptions,
      messagesReceived: counters.received,
      messagesSent: counters.sent,
      messagesDropped: counters.dropped,
    };
  }

  async close(reason: Reason): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.stop();
    await this.#settled();
    let closed = 0;
    for (const connection of [...this.#connections]) {
      connection.close(reason);
      if (++closed % closeSlice === 0) await yieldToEventLoop();
    }
    await Promise.all([...this.#connections].map((connection) => connection.closed));
    await Promise.race([this.#hostWork.settled(), delay(drainMs, undefined, { ref: false })]);
    clearInterval(this.#deadlineCheck);
    await this.#broker.listening;
    await new Promise<void>((resolve) => this.#broker.aedes.close(resolve));
  }

  // Reception

  begin(connection: Connection<P>, { request, principal, scope }: Admitted<P>): Session<P> {
    const { clientId, transport, will } = request;
    const key = sessionKey(scope, clientId);
    const session = new Session(
      this.#sessionParts,
      connection,
      { principal, clientId, transport },
      key,
      will,
    );
    const former = this.#byKey.get(key);
    this.#byKey.set(key, connection);
    former?.close(reasons.takenOver);
    void this.#start(session);
    return session;
  }

  ended(connection: Connection<P>, session: Session<P>): void {
    const { key } = session;
    if (this.#byKey.get(key) === connection) this.#byKey.delete(key);
    const gone = Promise.all([this.#ending.get(key), session.end()]);
    this.#ending.set(key, gone);
    void gone.then(() => {
      if (this.#ending.get(key) === gone) this.#ending.delete(key);
    });
  }

  closed(connection: Connection<P>): void {
    this.#connections.delete(connection);
    void connection.answered.then(() => this.host.closed?.(connection.transport));
  }

  /**
   * aedes would take a client ID over by itself, but it forgets the older connection when the newer fails before it is
   * registered. So it sees one connection of a client ID at a time [MQTT-3.1.4-2].
   */
  async #start(session: Session<P>): Promise<void> {
    await this.#broker.listening;
    await this.#ending.get(session.key);
    session.start(this.#broker.aedes);
  }

  #checkDeadlines(): void {
    const now = performance.now();
    const stoodStill = now - this.#lastCheck > standstillMs;
    this.#lastCheck = now;
    if (stoodStill) return;
    for (const connection of this.#connections) connection.checkDeadlines(now);
  }

  async #settled(): Promise<void> {
    const end = performance.now() + drainMs;
    const isUnsettled = ({ session }: Connection<P>) => session !== undefined && !session.isSettled;
    while (performance.now() < end && [...this.#connections].some(isUnsettled)) await delay(drainCheckMs);
  }
}

/** One name for a client within its scope; different pairs never come to the same. */
function sessionKey(scope: string, clientId: string): string {
  return `${scope.length}:${scope}${clientId}`;
}
