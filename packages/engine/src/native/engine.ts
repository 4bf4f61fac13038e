import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Engine,
  EngineHost,
  EngineLimits,
  EngineOptions,
  EngineStats,
  NamespaceFilter,
  ObservedMessage,
  PublishRoute,
  Qos,
  Reason,
  SessionInfo,
  Transport,
  Will,
} from '../port.ts';
import {
  type Addressable,
  LocalMessageBus,
  type MessageBus,
  type Subscriber,
  type Ticks,
} from '../routing/index.ts';
import { ByteBudget } from './buffers/byte-budget.ts';
import type { ClientIds } from './client-ids.ts';
import { Connection, type ConnectionListener, type ConnectionParts } from './connection.ts';
import type { Counters } from './counters.ts';
import { Observer } from './deliver/observer.ts';
import { Places } from './deliver/places.ts';
import { Session, type SessionParts } from './deliver/session.ts';
import { SessionRegistry } from './deliver/session-registry.ts';
import { SubscribeHandler } from './deliver/subscribe-handler.ts';
import { OutgoingMessage, type RetainedPlace } from './messages/outgoing-message.ts';
import { EnginePublisher } from './publish/engine-publisher.ts';
import { Publisher, type PublisherParts } from './publish/publisher.ts';
import { RouteBudget } from './publish/route-cache.ts';
import { DeadlineWheel } from './timing/deadline-wheel.ts';
import { Pacer } from './timing/pacer.ts';
import { Slices } from './timing/slices.ts';
import { Tick } from './timing/tick.ts';

/** How long `close` waits for messages that are being stored or wait for their subscriber, and how often it looks. */
const drainMs = 1_500;
const lookMs = 5;

/** The payload is bytes [payloadStart, payloadEnd), which must stay as they are until the end of the tick. */
export type ToMessage<M> = (bytes: Buffer, payloadStart: number, payloadEnd: number, qos: Qos) => M;

/**
 * Makes the bus of an engine around the one that connects its own sessions. `toMessage` makes a message that came from
 * elsewhere ready to be published on `local`.
 */
export type CreateMessageBus = <S extends Subscriber<M>, M extends BusMessage>(
  local: MessageBus<S, M>,
  toMessage: ToMessage<M>,
) => MessageBus<S, M>;

/** What a bus can see of a message, to send it elsewhere. */
export interface BusMessage extends Addressable {
  /** The payload is bytes [payloadStart, payloadEnd), which stay as they are until the end of the tick. */
  readonly bytes: Buffer;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly payload: Buffer;
  /** The same for messages that had all been read before the first of them was published; 0: nothing is known of it. */
  readonly input: number;
  /** Set if the host keeps the message and has told its version. */
  retainedAs: RetainedPlace | undefined;
}

export interface NativeEngineOptions extends EngineOptions {
  /** Default: the bus of this process. */
  readonly createBus?: CreateMessageBus;
  /** Default: no other engine has sessions of these clients. */
  readonly clientIds?: ClientIds;
}

/** The native engine: MQTT 3.1.1 at QoS 0 and 1 behind the port (see port.ts). */
export class NativeEngine<P> implements Engine<P>, ConnectionListener<P> {
  readonly #host: EngineHost<P>;
  readonly #bus: MessageBus<Subscriber<OutgoingMessage>, OutgoingMessage>;
  readonly #sessions = new SessionRegistry<P>();
  readonly #counters: Counters = { connects: 0, messagesReceived: 0, messagesSent: 0, messagesDropped: 0 };
  readonly #slices: Slices;
  readonly #deadlines: DeadlineWheel<Connection<P>>;
  readonly #publisher: EnginePublisher<P>;
  readonly #connectionParts: ConnectionParts<P>;
  readonly #connections = new Set<Connection<P>>();
  /** Wills that are being published. */
  readonly #wills = new Set<Promise<void>>();
  #closeReason: Reason | undefined;
  #allGone: (() => void) | undefined;

  constructor(
    host: EngineHost<P>,
    limits: EngineLimits,
    { pace, interest, createBus = (local) => local, clientIds }: NativeEngineOptions = {},
  ) {
    const counters = this.#counters;
    const tick = new Tick(new Pacer(pace));
    const slices = new Slices(undefined, undefined, (sinceMs) => tick.hasFilledRound(sinceMs));
    const bus = createBus(
      new LocalMessageBus<Subscriber<OutgoingMessage>, OutgoingMessage>(interest, ticksOf(tick, slices)),
      (bytes, payloadStart, payloadEnd, qos) =>
        new OutgoingMessage(tick, bytes, payloadStart, payloadEnd, qos, false),
    );
    const sessionParts: SessionParts<P> = {
      host,
      limits,
      bus,
      tick,
      waiting: new ByteBudget(limits.maxWaitingBytes),
      retainedReaders: new Places(limits.maxRetainedReaders),
      slices,
      counters,
    };
    const publisherParts: PublisherParts<P> = {
      host,
      limits,
      bus,
      tick,
      routes: new RouteBudget(),
      counters,
    };
    this.#host = host;
    this.#slices = slices;
    this.#bus = bus;
    this.#publisher = new EnginePublisher(host, bus, tick);
    this.#deadlines = new DeadlineWheel<Connection<P>>(undefined, (items, work) => slices.each(items, work));
    this.#connectionParts = {
      host,
      limits,
      tick,
      slices,
      deadlines: this.#deadlines,
      counters,
      sessions: this.#sessions,
      clientIds,
      finishing: new ByteBudget(limits.maxFinishingBytes),
      createSession: (connection, outbox, identity) =>
        new Session(sessionParts, connection, outbox, identity),
      createPublisher: (session, connection) => new Publisher(publisherParts, session, connection),
      subscribeHandler: new SubscribeHandler(host, limits, slices),
    };
    this.#deadlines.start();
  }

  accept(socket: Duplex, transport: Transport): void {
    if (this.#closeReason !== undefined) {
      socket.on('error', () => {});
      socket.destroy();
      setImmediate(() => this.#host.closed?.(transport));
      return;
    }
    this.#connections.add(new Connection(this.#connectionParts, this, socket, transport));
  }

  publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    return this.#publisher.publish(route, payload, qos);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#bus.hasSubscribers(namespace);
  }

  async observe(
    filters: readonly NamespaceFilter[],
    observe: (message: ObservedMessage) => void,
  ): Promise<(() => void) | undefined> {
    const bus = this.#bus;
    if (!filters.every(({ namespace, filter }) => bus.hasRoom(namespace, filter))) return undefined;
    const observer = new Observer(observe);
    await Promise.all(filters.map(({ namespace, filter }) => bus.subscribe(namespace, filter, observer, 0)));
    return () => {
      for (const { namespace, filter } of filters) bus.unsubscribe(namespace, filter, observer);
    };
  }

  disconnect(which: (session: SessionInfo<P>) => boolean, reason: Reason): number {
    // Also those that have ended and whose last packets wait, although another session has their client ID.
    const picked = [...this.#connections].filter(({ session }) => session !== undefined && which(session));
    void this.#slices.each(picked, (connection) => connection.close(reason));
    return picked.length;
  }

  sessions(): Iterable<SessionInfo<P>> {
    return this.#sessions;
  }

  stats(): EngineStats {
    return {
      sessions: this.#sessions.size,
      subscriptions: this.#bus.subscriptions,
      ...this.#counters,
    };
  }

  async close(reason: Reason): Promise<void> {
    this.#closeReason = reason;
    await this.#drain();
    await this.#slices.each([...this.#connections], (connection) => connection.close(reason));
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#allGone = resolve;
      });
    }
    await Promise.all(this.#wills);
    this.#deadlines.stop();
  }

  /** No more packets are handled; messages that are being stored, or wait, are delivered while their subscribers are still connected. */
  async #drain(): Promise<void> {
    const connections = [...this.#connections];
    await this.#slices.each(connections, (connection) => connection.hold());
    const deadlineMs = performance.now() + drainMs;
    while (connections.some(({ isOwing }) => isOwing) && performance.now() < deadlineMs) await sleep(lookMs);
  }

  closed(connection: Connection<P>): void {
    this.#connections.delete(connection);
    this.#host.closed?.(connection.transport);
    if (this.#connections.size === 0) this.#allGone?.();
  }

  fireWill(principal: P, will: Will): void {
    // A will that cannot be routed or stored is lost: its client is no longer there to be told.
    const published = this.#publisher.publishWill(principal, will).catch(() => {});
    this.#wills.add(published);
    void published.then(() => this.#wills.delete(published));
  }
}

/** A message to very many subscribers is handed over in slices. */
function ticksOf(tick: Tick, slices: Slices): Ticks<OutgoingMessage> {
  return {
    get number() {
      return tick.number;
    },
    each: (items, work) =>
      slices.each(items, (item) => {
        tick.handles(true);
        work(item);
        tick.handles(false);
      }),
    again: (message) => message.again(),
    served: (receivers) => tick.worked(receivers >> 3),
  };
}
