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
import { Observer } from './deliver/observer.ts';
import { Places } from './deliver/places.ts';
import { SessionRegistry } from './deliver/session-registry.ts';
import { OutgoingMessage, type RetainedPlace } from './messages/outgoing-message.ts';
import { WaitingBytes } from './messages/waiting-bytes.ts';
import { publishOn, publishWill } from './publish/publication.ts';
import { RouteBudget } from './publish/route-cache.ts';
import { DeadlineWheel } from './timing/deadline-wheel.ts';
import { Pacer } from './timing/pacer.ts';
import { Slices } from './timing/slices.ts';
import { Tick } from './timing/tick.ts';

/** How long `close` waits for messages that are being stored or wait for their subscriber, and how often it looks. */
const drainMs = 1_500;
const lookMs = 5;

/** Everything that is made once for an engine. Each part of it names what it takes of this in its own constructor. */
interface EngineParts<P> extends ConnectionParts<P> {
  readonly bus: MessageBus<Subscriber<OutgoingMessage>, OutgoingMessage>;
}

/**
 * Makes the bus of an engine around the one that connects its own sessions. `toMessage` makes a message that came from
 * elsewhere ready to be published on `local`; its bytes must stay as they are until the end of the tick.
 */
export type CreateMessageBus = <S extends Subscriber<M>, M extends BusMessage>(
  local: MessageBus<S, M>,
  toMessage: (payload: Buffer, qos: Qos) => M,
) => MessageBus<S, M>;

/** What a bus can see of a message, to send it elsewhere. */
export interface BusMessage extends Addressable {
  /** Stays as it is until the end of the tick. */
  readonly payload: Buffer;
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
  readonly #parts: EngineParts<P>;
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
    const slices = new Slices();
    const tick = new Tick(new Pacer(pace));
    const toMessage = (payload: Buffer, qos: Qos) =>
      new OutgoingMessage(tick, payload, 0, payload.length, qos, false);
    this.#parts = {
      host,
      limits,
      tick,
      bus: createBus(
        new LocalMessageBus<Subscriber<OutgoingMessage>, OutgoingMessage>(interest, ticksOf(tick, slices)),
        toMessage,
      ),
      deadlines: new DeadlineWheel<Connection<P>>(undefined, (items, work) => slices.each(items, work)),
      sessions: new SessionRegistry<P>(),
      clientIds,
      routes: new RouteBudget(),
      waiting: new WaitingBytes(limits.maxWaitingBytes),
      finishing: new ByteBudget(limits.maxFinishingBytes),
      retainedReaders: new Places(limits.maxRetainedReaders),
      slices,
      counters: { connects: 0, messagesReceived: 0, messagesSent: 0, messagesDropped: 0 },
    };
    this.#parts.deadlines.start();
  }

  accept(socket: Duplex, transport: Transport): void {
    if (this.#closeReason !== undefined) {
      socket.on('error', () => {});
      socket.destroy();
      setImmediate(() => this.#parts.host.closed?.(transport));
      return;
    }
    this.#connections.add(new Connection(this.#parts, this, socket, transport));
  }

  publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    return publishOn(this.#parts, route, payload, qos);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#parts.bus.hasSubscribers(namespace);
  }

  async observe(
    filters: readonly NamespaceFilter[],
    observe: (message: ObservedMessage) => void,
  ): Promise<(() => void) | undefined> {
    const { bus } = this.#parts;
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
    void this.#parts.slices.each(picked, (connection) => connection.close(reason));
    return picked.length;
  }

  sessions(): Iterable<SessionInfo<P>> {
    return this.#parts.sessions;
  }

  stats(): EngineStats {
    const { sessions, bus, counters } = this.#parts;
    return { sessions: sessions.size, subscriptions: bus.subscriptions, ...counters };
  }

  async close(reason: Reason): Promise<void> {
    this.#closeReason = reason;
    await this.#drain();
    await this.#parts.slices.each([...this.#connections], (connection) => connection.close(reason));
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#allGone = resolve;
      });
    }
    await Promise.all(this.#wills);
    this.#parts.deadlines.stop();
  }

  /** No more packets are handled; messages that are being stored, or wait, are delivered while their subscribers are still connected. */
  async #drain(): Promise<void> {
    const connections = [...this.#connections];
    await this.#parts.slices.each(connections, (connection) => connection.hold());
    const deadlineMs = performance.now() + drainMs;
    while (connections.some(({ isOwing }) => isOwing) && performance.now() < deadlineMs) await sleep(lookMs);
  }

  closed(connection: Connection<P>): void {
    this.#connections.delete(connection);
    this.#parts.host.closed?.(connection.transport);
    if (this.#connections.size === 0) this.#allGone?.();
  }

  fireWill(principal: P, will: Will): void {
    // A will that cannot be routed or stored is lost: its client is no longer there to be told.
    const published = publishWill(this.#parts, principal, will).catch(() => {});
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
