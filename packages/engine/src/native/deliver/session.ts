/**
 * A session: what a client that was accepted has subscribed to, and what is on its way to it. It lasts as long as its
 * connection [MQTT-4.1.0-2].
 *
 * QoS 1 messages go out until the window is full or the socket does not keep up, then wait in a queue; a queue beyond its
 * bounds ends the session. QoS 0 messages never wait: beyond the output bound they are dropped and counted. So a slow
 * client delays no other [MQTT-4.3.2-1].
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type {
  EngineHost,
  EngineLimits,
  NamespaceFilter,
  Qos,
  Reason,
  RetainedMessage,
  SessionInfo,
  SubscriptionGrant,
  TenantBudget,
  Traffic,
  Transport,
} from '../../port.ts';
import { reasons } from '../../reasons.ts';
import type { MessageBus, Subscriber, TopicName } from '../../routing/index.ts';
import type { ByteBudget } from '../buffers/byte-budget.ts';
import { Fifo } from '../buffers/fifo.ts';
import type { Counters } from '../counters.ts';
import type { Outbox } from '../io/outbox.ts';
import { costOf, type KeptMessage, keptOverheadBytes } from '../messages/kept-message.ts';
import { OutgoingMessage } from '../messages/outgoing-message.ts';
import { WaitingAccount } from '../messages/waiting-account.ts';
import type { Slices } from '../timing/slices.ts';
import type { Tick } from '../timing/tick.ts';
import { PacketIds } from './packet-ids.ts';
import type { Places } from './places.ts';
import { type GrantedFilter, RetainedReader } from './retained-reader.ts';
import { subscriptionCost } from './subscription-cost.ts';

/** One identifier less than there are: see `PacketIds.take`. */
const mostInflight = 65_534;

/** A socket that does not keep up holds no more than this of QoS 1: what waits in queues is kept once for all of them. */
const mostBlockedBytes = 524_288;
/** Retained messages are written in pieces of this size, so that a client that does not read costs no more. */
const retainedPieceBytes = 16_384;

/** In the place of a tenant's counters where the host counts for none: what would be counted with every message is not. */
const unread: Traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0, messagesDropped: 0 };

/** The session's connection. */
export interface SessionConnection {
  /** Grows with every CONNECT. */
  readonly connectNumber: number;
  /** The client has ended the connection, and what it sent before is still being handled. */
  readonly isFinishing: boolean;
  close(reason: Reason): void;
}

/** What the sessions of one engine share. */
export interface SessionParts<P> {
  readonly host: Pick<EngineHost<P>, 'dropped' | 'retained'>;
  readonly limits: EngineLimits;
  readonly bus: Pick<MessageBus<Session<P>, OutgoingMessage>, 'subscribe' | 'unsubscribe' | 'hasRoom'>;
  readonly tick: Tick;
  /** What waits in all of them together. */
  readonly waiting: ByteBudget;
  readonly retainedReaders: Places;
  readonly slices: Slices;
  readonly counters: Counters;
}

export interface SessionIdentity<P> {
  readonly principal: P;
  readonly clientId: string;
  readonly transport: Transport;
  readonly tenant: TenantBudget | undefined;
}

export class Session<P> implements SessionInfo<P>, Subscriber<OutgoingMessage> {
  readonly principal: P;
  readonly clientId: string;
  readonly transport: Transport;
  readonly tenant: TenantBudget | undefined;
  /** Its tenant's counters; `unread` if the host counts none. */
  readonly traffic: Traffic;
  readonly #parts: SessionParts<P>;
  readonly #connection: SessionConnection;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<string, readonly NamespaceFilter[]>();
  #subscriptionBytes = 0;
  readonly #ids = new PacketIds();
  readonly #queue = new Fifo<KeptMessage>();
  readonly #account: WaitingAccount;
  #queuedBytes = 0;
  /** What is charged to the account: for the queue without its payloads, for the socket's output, for a page of the reader. */
  #queueOverheadBytes = 0;
  #outputBytes = 0;
  #pageBytes = 0;
  /** Messages that may be on their way unacknowledged. */
  #window: number;
  /** Beyond, the socket is given no more at QoS 1. */
  readonly #mostOutputBytes: number;
  #isOpen = true;
  #roomWaiters: (() => void)[] = [];
  #reader: RetainedReader<P> | undefined;

  constructor(
    parts: SessionParts<P>,
    connection: SessionConnection,
    outbox: Outbox,
    identity: SessionIdentity<P>,
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#outbox = outbox;
    this.#window = parts.limits.maxInflightMessages;
    this.#mostOutputBytes = Math.min(parts.limits.maxOutputBytes, mostBlockedBytes);
    this.principal = identity.principal;
    this.clientId = identity.clientId;
    this.transport = identity.transport;
    this.tenant = identity.tenant;
    this.traffic = identity.tenant?.traffic ?? unread;
    this.#account = new WaitingAccount(parts.waiting, identity.tenant);
  }

  get connectNumber(): number {
    return this.#connection.connectNumber;
  }

  get isFinishing(): boolean {
    return this.#connection.isFinishing;
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

  close(reason: Reason): void {
    this.#connection.close(reason);
  }

  /** Takes room for what a filter is granted; false: there is none, by the bounds of the session, its tenant or the namespace. */
  #takeRoom(before: readonly NamespaceFilter[], { filters }: SubscriptionGrant): boolean {
    const bytes = subscriptionCost(filters) - subscriptionCost(before);
    if (this.#subscriptionBytes + bytes > this.#parts.limits.maxSubscriptionBytesPerSession) return false;
    for (const { namespace, filter } of filters)
      if (!this.#parts.bus.hasRoom(namespace, filter)) return false;
    if (bytes > 0 && this.tenant?.takeSubscriptionBytes(bytes) === false) return false;
    if (bytes < 0) this.tenant?.giveSubscriptionBytes(-bytes);
    this.#subscriptionBytes += bytes;
    return true;
  }

  /**
   * A filter that was subscribed before is replaced, without a gap [MQTT-3.8.4-3]. False: there is no room for it. A promise: the bus has to tell others of
   * it first. Rejects if that cannot be done.
   */
  subscribe(filter: string, grant: SubscriptionGrant, qos: Qos): Promise<unknown> | undefined | false {
    const { bus } = this.#parts;
    const before = this.#subscriptions.get(filter) ?? [];
    if (!this.#takeRoom(before, grant)) return false;
    const pending: Promise<void>[] = [];
    for (const granted of grant.filters) {
      const known = bus.subscribe(granted.namespace, granted.filter, this, qos);
      if (known !== undefined) pending.push(known);
    }
    this.#subscriptions.set(filter, grant.filters);
    for (const old of before) {
      const isKept = grant.filters.some(
        (granted) => granted.namespace === old.namespace && granted.filter === old.filter,
      );
      if (!isKept) bus.unsubscribe(old.namespace, old.filter, this);
    }
    return pending.length > 0 ? Promise.all(pending) : undefined;
  }

  /**
   * The filter is compared character by character [MQTT-3.10.4-1]. No new messages come for it [MQTT-3.10.4-2]; messages in
   * flight or in the queue stay [MQTT-3.10.4-3].
   */
  unsubscribe(filter: string): void {
    const filters = this.#subscriptions.get(filter);
    if (!filters) return;
    this.#subscriptions.delete(filter);
    const bytes = subscriptionCost(filters);
    this.#subscriptionBytes -= bytes;
    this.tenant?.giveSubscriptionBytes(bytes);
    for (const granted of filters) this.#parts.bus.unsubscribe(granted.namespace, granted.filter, this);
  }

  /** Receives nothing more, and forgets messages in flight: sessions are not kept. */
  end(): void {
    this.#isOpen = false;
    this.#reader?.cancel();
    void this.#parts.slices.each(this.#subscriptions.keys(), (filter) => this.unsubscribe(filter));
    for (let kept = this.#queue.shift(); kept; kept = this.#queue.shift()) kept.payload.release();
    this.#account.give(this.#queueOverheadBytes + this.#outputBytes + this.#pageBytes);
    this.#queuedBytes = this.#queueOverheadBytes = this.#outputBytes = this.#pageBytes = 0;
    this.#letWaitersGo();
  }

  deliver(message: OutgoingMessage, qos: Qos): void {
    if (!this.#isOpen) return;
    if (qos === 0) this.#deliverAtQos0(message);
    else this.#deliverAtQos1(message);
    if (this.#reader?.isWatching) this.#reader.heard(message.topic, message.retainedAs?.version);
  }

  /** The client has acknowledged a QoS 1 message. An identifier that was not asked for is ignored. */
  acknowledge(packetId: number): void {
    if (this.#ids.release(packetId)) this.sendWaiting();
  }

  /** Sends messages of the queue as far as there is room: after an acknowledgement, and when the socket has drained. */
  sendWaiting(): void {
    while (this.#queue.size > 0 && this.#hasRoom) {
      const kept = this.#queue.shift() as KeptMessage;
      this.#queuedBytes -= costOf(kept);
      this.#queueOverheadBytes -= overheadOf(kept);
      this.#account.give(overheadOf(kept));
      kept.payload.release();
      this.#send(kept, kept.payload.bytes, 1, kept.retain);
    }
    if (this.#outputBytes > 0 || this.#outbox.isBlocked) this.#countOutput();
    if (this.#roomWaiters.length > 0 && this.#queue.size === 0 && this.#hasRoom) this.#letWaitersGo();
  }

  /**
   * Sends the whole queue without regard to the window: a client that is about to be disconnected acknowledges nothing any
   * more.
   */
  drain(): void {
    this.#window = mostInflight;
    this.sendWaiting();
  }

  /** Messages wait to be sent. */
  get isOwed(): boolean {
    return this.#queue.size > 0;
  }

  /** Sends the retained messages of these filters, as the client takes them. */
  readRetained(filters: readonly GrantedFilter[]): void {
    if (!this.#isOpen || filters.length === 0) return;
    this.#reader ??= new RetainedReader(this.#parts.host, this.#parts.retainedReaders, this);
    this.#reader.read(filters);
  }

  /** Resolves when nothing waits before what would be sent now, or when the session has ended. */
  async room(): Promise<void> {
    while (this.#isOpen) {
      const isWaiting = this.#queue.size > 0 || this.#outbox.isBlocked || this.#ids.size >= this.#window;
      if (isWaiting) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
      else if (this.#outbox.waitingBytes >= retainedPieceBytes) await yieldToEventLoop();
      else return;
    }
  }

  sendRetained({ topic, payload }: RetainedMessage, qos: Qos): void {
    if (this.#isOpen) this.#send({ topic, topicBytes: Buffer.from(topic) }, payload, qos, true);
  }

  pageBytesChanged(change: number): void {
    if (!this.#isOpen) return;
    if (change <= 0) {
      this.#account.give(-change);
    } else if (!this.#account.take(change)) {
      this.close(reasons.tenantWaiting);
      return;
    }
    this.#pageBytes += change;
    this.#leaveIfTooMuchWaits();
  }

  retainedUnread(): void {
    this.close(reasons.retainedUnread);
  }

  get #hasRoom(): boolean {
    if (this.#ids.size >= this.#window) return false;
    // Less waits than that while the socket is not blocked (outbox.ts).
    return !this.#outbox.isBlocked || this.#outbox.waitingBytes < this.#mostOutputBytes;
  }

  #deliverAtQos0(message: OutgoingMessage): void {
    if (this.#outbox.isBlocked && !this.#takesAtQos0(message)) {
      this.#parts.counters.messagesDropped++;
      this.traffic.messagesDropped++;
      this.#parts.host.dropped(this, 'slow subscriber');
      return;
    }
    this.#countSent(message.appendAtQos0(this.#outbox));
    if (this.#outbox.isBlocked) this.#countOutput();
  }

  /** While the socket is blocked; otherwise there is always room. */
  #takesAtQos0(message: OutgoingMessage): boolean {
    const isTooSlow = this.#outbox.waitingBytes >= this.#parts.limits.maxOutputBytes;
    return !isTooSlow && this.#chargeOutput(message.packetBytes(0));
  }

  #deliverAtQos1(message: OutgoingMessage): void {
    if (this.#queue.size > 0 || !this.#hasRoom) {
      this.#enqueue(message);
      return;
    }
    if (this.#outbox.isBlocked && !this.#chargeOutput(message.packetBytes(1))) {
      this.close(reasons.tenantWaiting);
      return;
    }
    this.#countSent(message.appendAtQos1(this.#outbox, this.#ids.take()));
    if (this.#outbox.isBlocked) this.#countOutput();
  }

  /** A message has come from the client, in a packet of so many bytes. */
  countReceived(bytes: number): void {
    const { traffic } = this;
    if (traffic === unread) return;
    traffic.messagesIn++;
    traffic.bytesIn += bytes;
  }

  #countSent(bytes: number): void {
    this.#parts.counters.messagesSent++;
    const { traffic } = this;
    if (traffic === unread) return;
    traffic.messagesOut++;
    traffic.bytesOut += bytes;
  }

  #enqueue(message: OutgoingMessage): void {
    const kept = message.keep();
    const overheadBytes = overheadOf(kept);
    if (!this.#account.take(overheadBytes)) {
      this.close(reasons.tenantWaiting);
      return;
    }
    this.#queueOverheadBytes += overheadBytes;
    if (!kept.payload.hold(this.#account)) {
      this.close(reasons.tenantWaiting);
      return;
    }
    this.#queue.push(kept);
    this.#queuedBytes += costOf(kept);
    const { maxQueuedMessages, maxQueuedBytes } = this.#parts.limits;
    if (this.#queue.size > maxQueuedMessages || this.#queuedBytes > maxQueuedBytes)
      this.close(reasons.slowSubscriber);
    else this.#leaveIfTooMuchWaits();
  }

  /** False: the tenant has no room for it. */
  #chargeOutput(bytes: number): boolean {
    if (!this.#account.take(bytes)) return false;
    this.#outputBytes += bytes;
    return true;
  }

  /** Charges what waits for the socket, as it is now. */
  #countOutput(): void {
    if (!this.#isOpen) return;
    const change = (this.#outbox.isBlocked ? this.#outbox.waitingBytes : 0) - this.#outputBytes;
    if (change > 0 && !this.#account.take(change)) return;
    if (change < 0) this.#account.give(-change);
    this.#outputBytes += change;
    this.#leaveIfTooMuchWaits();
  }

  #leaveIfTooMuchWaits(): void {
    if (this.#account.mustGo(this.#queuedBytes + this.#outputBytes + this.#pageBytes))
      this.close(reasons.slowSubscriber);
  }

  #send(topicName: TopicName, payload: Buffer, qos: Qos, retain: boolean): void {
    const message = new OutgoingMessage(this.#parts.tick, payload, 0, payload.length, qos, retain);
    message.addressTo(topicName);
    this.#countSent(
      qos === 0 ? message.appendAtQos0(this.#outbox) : message.appendAtQos1(this.#outbox, this.#ids.take()),
    );
    if (this.#outbox.isBlocked) this.#countOutput();
  }

  #letWaitersGo(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function overheadOf({ topicBytes }: KeptMessage): number {
  return topicBytes.length + keptOverheadBytes;
}
