/**
 * A session: what a client that was let in has subscribed to, and what is on its way to it. It lasts as long as its
 * connection [MQTT-4.1.0-2].
 *
 * QoS 1 messages go out until the window is full or the socket does not keep up, then wait in a queue; a queue beyond its
 * bounds ends the session. QoS 0 messages never wait: beyond the output bound they are dropped and counted. So the
 * client's pace costs nobody but itself [MQTT-4.3.2-1].
 */
import type {
  EngineHost,
  EngineLimits,
  NamespaceFilter,
  Qos,
  SessionInfo,
  SubscriptionGrant,
  Transport,
} from '../../port.ts';
import { reasons } from '../../reasons.ts';
import type { MessageBus, Subscriber, TopicName } from '../../routing/index.ts';
import type { Counters } from '../counters.ts';
import type { Outbox } from '../io/outbox.ts';
import type { Tick } from '../io/tick.ts';
import { Fifo } from './fifo.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import { PacketIds } from './packet-ids.ts';
import type { WaitingBytes } from './waiting-bytes.ts';

/** What a waiting message costs beside its topic and payload. */
const queuedOverheadBytes = 128;

/** One identifier less than there are: see `PacketIds.take`. */
const mostInflight = 65_534;

/** Topics remembered while retained messages are sent. Beyond, a retained message may follow a live one of its topic. */
const maxWatchedTopics = 65_536;

interface QueuedMessage extends TopicName {
  readonly payload: Buffer;
  readonly retain: boolean;
}

/** Who can end the session: its connection. */
export interface SessionOwner {
  close(reason: string): void;
}

/** What the sessions of one engine share. */
export interface SessionParts<P> {
  readonly host: Pick<EngineHost<P>, 'dropped'>;
  readonly limits: EngineLimits;
  readonly bus: Pick<MessageBus<Session<P>, OutgoingMessage>, 'subscribe' | 'unsubscribe'>;
  readonly tick: Tick;
  readonly waiting: WaitingBytes;
  readonly counters: Counters;
}

export interface SessionIdentity<P> {
  readonly principal: P;
  readonly clientId: string;
  readonly transport: Transport;
}

export class Session<P> implements SessionInfo<P>, Subscriber<OutgoingMessage> {
  readonly principal: P;
  readonly clientId: string;
  readonly transport: Transport;
  readonly #parts: SessionParts<P>;
  readonly #owner: SessionOwner;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<string, readonly NamespaceFilter[]>();
  readonly #ids = new PacketIds();
  readonly #queue = new Fifo<QueuedMessage>();
  #queuedBytes = 0;
  /** What `waiting` was told of. */
  #waitingBytes = 0;
  /** Messages that may be on their way unacknowledged. */
  #window: number;
  #isOpen = true;
  #roomWaiters: (() => void)[] = [];
  /** One for each `watchingLiveTopics` that runs. */
  #watches: Set<string>[] | undefined;

  constructor(parts: SessionParts<P>, owner: SessionOwner, outbox: Outbox, identity: SessionIdentity<P>) {
    this.#parts = parts;
    this.#owner = owner;
    this.#outbox = outbox;
    this.#window = parts.limits.maxInflightMessages;
    this.principal = identity.principal;
    this.clientId = identity.clientId;
    this.transport = identity.transport;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  hasSubscription(filter: string): boolean {
    return this.#subscriptions.has(filter);
  }

  close(reason: string): void {
    this.#owner.close(reason);
  }

  /** A filter that was subscribed before is replaced, without a gap [MQTT-3.8.4-3]. */
  subscribe(filter: string, grant: SubscriptionGrant, qos: Qos): void {
    const { bus } = this.#parts;
    const before = this.#subscriptions.get(filter);
    for (const granted of grant.filters) bus.subscribe(granted.namespace, granted.filter, this, qos);
    this.#subscriptions.set(filter, grant.filters);
    for (const old of before ?? []) {
      const isKept = grant.filters.some(
        (granted) => granted.namespace === old.namespace && granted.filter === old.filter,
      );
      if (!isKept) bus.unsubscribe(old.namespace, old.filter, this);
    }
  }

  /**
   * The filter is compared character by character [MQTT-3.10.4-1]. Nothing new comes for it [MQTT-3.10.4-2]; what is on
   * its way or waits stays [MQTT-3.10.4-3].
   */
  unsubscribe(filter: string): void {
    const filters = this.#subscriptions.get(filter);
    if (!filters) return;
    this.#subscriptions.delete(filter);
    for (const granted of filters) this.#parts.bus.unsubscribe(granted.namespace, granted.filter, this);
  }

  /** Hears nothing more, and forgets what is on its way: sessions are not kept. */
  end(): void {
    this.#isOpen = false;
    for (const filter of this.#subscriptions.keys()) this.unsubscribe(filter);
    this.#queue.clear();
    this.#queuedBytes = 0;
    this.#parts.waiting.changed(-this.#waitingBytes, 0);
    this.#waitingBytes = 0;
    this.#letWaitersGo();
  }

  deliver(message: OutgoingMessage, qos: Qos): void {
    if (!this.#isOpen) return;
    if (qos === 0) this.#deliverAtQos0(message);
    else this.#deliverAtQos1(message);
    if (this.#watches !== undefined) this.#note(message.topic);
  }

  /** The client has acknowledged a QoS 1 message. An identifier that was not asked for is ignored. */
  acknowledge(packetId: number): void {
    if (this.#ids.release(packetId)) this.sendWaiting();
  }

  /** Sends what waits, as far as there is room: after an acknowledgement, and when the socket has drained. */
  sendWaiting(): void {
    while (this.#queue.size > 0 && this.#hasRoom) {
      const queued = this.#queue.shift() as QueuedMessage;
      this.#queuedBytes -= costOf(queued);
      this.#send(queued, 1);
    }
    if (this.#waitingBytes > 0) this.#countWaiting();
    if (this.#queue.size === 0 && this.#hasRoom) this.#letWaitersGo();
  }

  /** Sends what waits without regard to the window: who is about to be disconnected acknowledges nothing any more. */
  drain(): void {
    this.#window = mostInflight;
    this.sendWaiting();
  }

  /** Messages wait to be sent. */
  get isOwed(): boolean {
    return this.#queue.size > 0;
  }

  /** Resolves when nothing waits before what would be sent now, or when the session has ended. */
  async room(): Promise<void> {
    while (this.#isOpen && (this.#queue.size > 0 || !this.#hasRoom)) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  /** Sends a message of its own to this client alone, at once: see `room`. */
  send(name: TopicName, payload: Buffer, qos: Qos, retain: boolean): void {
    if (this.#isOpen) this.#send({ ...name, payload, retain }, qos);
  }

  /** Runs `during` with the topics that are delivered meanwhile: what is stored under them is older. */
  async watchingLiveTopics(during: (live: ReadonlySet<string>) => Promise<void>): Promise<void> {
    const live = new Set<string>();
    this.#watches = [...(this.#watches ?? []), live];
    try {
      await during(live);
    } finally {
      this.#watches = this.#watches.filter((watch) => watch !== live);
      if (this.#watches.length === 0) this.#watches = undefined;
    }
  }

  get #hasRoom(): boolean {
    return this.#ids.size < this.#window && this.#outbox.waitingBytes < this.#parts.limits.maxOutputBytes;
  }

  #deliverAtQos0(message: OutgoingMessage): void {
    if (this.#outbox.waitingBytes >= this.#parts.limits.maxOutputBytes) {
      this.#parts.counters.messagesDropped++;
      this.#parts.host.dropped(this, 'slow subscriber');
      return;
    }
    message.appendAtQos0(this.#outbox);
    this.#parts.counters.messagesSent++;
    if (this.#outbox.isBlocked) this.#countWaiting();
  }

  #deliverAtQos1(message: OutgoingMessage): void {
    if (this.#queue.size > 0 || !this.#hasRoom) {
      this.#enqueue(message);
      return;
    }
    message.appendAtQos1(this.#outbox, this.#ids.take());
    this.#parts.counters.messagesSent++;
    if (this.#outbox.isBlocked) this.#countWaiting();
  }

  #enqueue(message: OutgoingMessage): void {
    const { topic, topicBytes, retain } = message;
    const queued = { topic, topicBytes, retain, payload: message.copyPayload() };
    this.#queue.push(queued);
    this.#queuedBytes += costOf(queued);
    const { maxQueuedMessages, maxQueuedBytes } = this.#parts.limits;
    if (this.#queue.size > maxQueuedMessages || this.#queuedBytes > maxQueuedBytes)
      this.close(reasons.slowSubscriber);
    else this.#countWaiting();
  }

  #countWaiting(): void {
    if (!this.#isOpen) return;
    const before = this.#waitingBytes;
    this.#waitingBytes = this.#queuedBytes + (this.#outbox.isBlocked ? this.#outbox.waitingBytes : 0);
    if (this.#parts.waiting.changed(this.#waitingBytes - before, this.#waitingBytes))
      this.close(reasons.slowSubscriber);
  }

  #send(queued: QueuedMessage, qos: Qos): void {
    const message = new OutgoingMessage(
      this.#parts.tick,
      queued.payload,
      0,
      queued.payload.length,
      qos,
      queued.retain,
    );
    message.addressTo(queued);
    if (qos === 0) message.appendAtQos0(this.#outbox);
    else message.appendAtQos1(this.#outbox, this.#ids.take());
    this.#parts.counters.messagesSent++;
  }

  #note(topic: string): void {
    for (const live of this.#watches ?? []) {
      if (live.size < maxWatchedTopics) live.add(topic);
    }
  }

  #letWaitersGo(): void {
    if (this.#roomWaiters.length === 0) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function costOf(queued: QueuedMessage): number {
  return queued.payload.length + queued.topicBytes.length + queuedOverheadBytes;
}
