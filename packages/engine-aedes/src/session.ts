/**
 * One accepted connection, between the socket's side (connection.ts) and aedes' side (broker.ts). It gives aedes the
 * client's packets one at a time, and takes what aedes writes.
 */

import type {
  EngineHost,
  EngineLimits,
  PublishRoute,
  Qos,
  Reason,
  SessionInfo,
  SubscriptionGrant,
  Will,
} from '@iotcore/engine';
import { reasons } from '@iotcore/engine';
import { type ClientPacket, PacketType } from '@iotcore/engine/codec';
import type { MessageBus, Subscriber } from '@iotcore/engine/routing';
import type { Aedes, Client } from 'aedes';
import { Conduit, type ConduitListener } from './aedes/conduit.ts';
import * as packets from './aedes/packets-for-aedes.ts';
import type { Tokens } from './aedes/tokens.ts';
import { writtenPackets } from './aedes/written-packets.ts';
import { Delivery } from './delivery.ts';
import type { EnginePublisher } from './engine-publisher.ts';
import type { HostWork } from './host-work.ts';
import type { Message } from './message.ts';
import type { Publication, Publisher, PublisherLink } from './publisher.ts';
import { type RetainedPacket, SubscribeJob } from './subscribe-job.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';

/** Answers (PUBACK, PINGRESP, …) that a client may leave unread when its output is full already. */
const unreadAnswersBytes = 65_536;

/** Packets of one client that are dealt with before others have their turn. */
const packetsPerTick = 64;

/** What a session needs of its connection. */
export interface SessionLink {
  readonly waitingBytes: number;
  write(buffers: readonly Buffer[]): void;
  /** aedes accepted the session: CONNACK is written. */
  opened(): void;
  /** The session can take another packet. */
  resume(): void;
  close(reason: Reason, how?: 'at once'): void;
}

/** What the sessions of one engine share. */
export interface SessionParts<P> {
  readonly host: Pick<
    EngineHost<P>,
    'route' | 'grant' | 'retained' | 'record' | 'subscribed' | 'subscriptionsRefused' | 'dropped'
  >;
  readonly limits: EngineLimits;
  readonly bus: MessageBus<Session<P>, Message>;
  /** What stands for a subscription inside aedes. */
  readonly subscriptions: Tokens<Subscription<Session<P>>>;
  /** What stands for a publication inside aedes. */
  readonly publications: Tokens<Publication>;
  /** What is going on that has to be done before the engine is closed. */
  readonly hostWork: HostWork;
  readonly engine: Pick<EnginePublisher<P>, 'publish'>;
  readonly counters: { sent: number; dropped: number };
  readonly createPublisher: (info: SessionInfo<P>, link: PublisherLink) => Publisher<P>;
}

export class Session<P> implements Subscriber<Message>, ConduitListener {
  readonly info: SessionInfo<P>;
  /** The client ID within its scope: what aedes knows the client by. */
  readonly key: string;
  /** As aedes keeps it: it comes back, the same object, to be checked again when it fires. */
  readonly will: { topic: string; payload: Buffer; qos: Qos; retain: boolean } | undefined;
  readonly subscriptions: Subscriptions<Session<P>>;
  readonly delivery: Delivery;
  readonly #parts: SessionParts<P>;
  readonly #link: SessionLink;
  readonly #publisher: Publisher<P>;
  #conduit: Conduit<Session<P>> | undefined;
  #client: Client | undefined;
  #phase: 'new' | 'started' | 'connecting' | 'open' | 'ended' = 'new';
  /** aedes is done with the packet before. */
  #isAedesReady = false;
  #packetsTaken = 0;
  #isDisconnecting = false;
  #subscribing: SubscribeJob<Session<P>> | undefined;
  /** Retained messages on their way through aedes, by their payload. */
  readonly #jobOf = new WeakMap<Buffer, SubscribeJob<Session<P>>>();

  constructor(
    parts: SessionParts<P>,
    link: SessionLink,
    info: SessionInfo<P>,
    key: string,
    will: Will | undefined,
  ) {
    this.#parts = parts;
    this.#link = link;
    this.info = info;
    this.key = key;
    this.will = will && { ...will, retain: false };
    this.#publisher = parts.createPublisher(info, {
      acknowledge: (puback) => this.#answer(puback),
      resume: () => link.resume(),
      close: (reason) => link.close(reason),
    });
    this.subscriptions = new Subscriptions<Session<P>>(
      this,
      parts.bus,
      parts.subscriptions,
      parts.limits.maxSubscriptionsPerSession,
    );
    this.delivery = new Delivery(
      {
        send: (topic, payload, qos, written) => this.#send(topic, payload, qos, written),
        waitingBytes: () => link.waitingBytes,
        dropped: () => this.#dropped(),
        overflowed: () => link.close(reasons.slowSubscriber, 'at once'),
      },
      parts.limits,
    );
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Another packet may be taken. */
  get canTake(): boolean {
    return this.isOpen && this.#isAedesReady && !this.#publisher.isFull;
  }

  /** Nothing is on its way from here to the client, or being stored for it. */
  get isSettled(): boolean {
    return this.#publisher.isSettled && this.delivery.isSettled;
  }

  start(aedes: Aedes): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'started';
    this.#conduit = new Conduit<Session<P>>(this);
    this.#client = aedes.handle(this.#conduit);
  }

  /** Hands a packet on; only while `canTake`. `bytes` gives those of the packet, as a buffer of their own. */
  take(packet: ClientPacket, bytes: () => Buffer): void {
    switch (packet.type) {
      case 'puback':
        // aedes would look for the message in a store of messages, of which there is none.
        this.delivery.acknowledged(packet.packetId);
        break;
      case 'publish':
        this.#publisher.begin(packet.qos);
        this.#give(bytes());
        break;
      case 'subscribe': {
        const requests = this.subscriptions.tokensFor(packet.requests);
        this.#subscribing = new SubscribeJob(requests, this.delivery);
        this.#give(packets.subscribeForAedes(packet.packetId, requests));
        break;
      }
      case 'unsubscribe': {
        const tokens = this.subscriptions.tokensOf(packet.filters);
        this.#give(packets.unsubscribeForAedes(packet.packetId, tokens));
        break;
      }
      case 'pingreq':
        this.#give(packets.pingreqForAedes);
        break;
      case 'disconnect':
        this.#isDisconnecting = true;
        this.#give(packets.disconnectForAedes);
        break;
      case 'connect':
        throw new TypeError('a session takes no CONNECT');
    }
  }

  deliver({ topic, payload }: Message, qos: Qos): void {
    this.delivery.deliver(topic, payload, qos);
  }

  /** Ends the session; its will fires unless DISCONNECT came. Resolves when aedes has let go of it. */
  end(): Promise<void> {
    this.#phase = 'ended';
    this.delivery.close();
    this.subscriptions.clear();
    this.#publisher.end();
    return new Promise((resolve) => {
      if (this.#client) this.#client.close(resolve);
      else resolve();
    });
  }

  // What the broker asks and tells.

  opened(): void {
    if (this.#phase !== 'connecting') return;
    this.#phase = 'open';
    this.#link.opened();
  }

  /** May the client publish there? If so, the answer stands for the message when aedes emits it. */
  allowMessage(topic: string): Promise<string | undefined> {
    return this.#publisher.allow(topic);
  }

  /** The will was checked at CONNECT, and is checked again now that it fires. */
  async allowWill(topic: string): Promise<string | undefined> {
    const { host, publications, hostWork } = this.#parts;
    const asked = async () => host.route(this.info.principal, topic);
    const route = await hostWork.track(asked()).catch(() => undefined);
    if (!route) return undefined;
    // What becomes of it, nobody is there to hear.
    return publications.issue((payload, qos) => void this.#publishWill(route, payload, qos).catch(() => {}));
  }

  async #publishWill(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    await this.#parts.engine.publish(route, payload, qos);
    if (route.taps) await this.#parts.host.record?.(this.info.principal, route.taps, payload, qos);
  }

  /** May the client receive what the token stands for? If so, it does from now on. If the host fails, it may not. */
  async authorizeSubscribe(token: string): Promise<boolean> {
    const job = this.#subscribing;
    const subscription = this.#parts.subscriptions.meaningOf(token);
    const grant = subscription && (await this.#askGrant(subscription.filter));
    if (!job || this.#phase === 'ended') return false;
    if (subscription && grant) {
      this.subscriptions.grant(subscription, job.qosOf(subscription.filter), grant.filters);
      return true;
    }
    job.refused.add(token);
    if (subscription) this.subscriptions.refuse(subscription);
    return false;
  }

  /** SUBACK is written; retained messages follow, unless all was refused. */
  subscribed(): void {
    const job = this.#subscribing;
    if (!job) return;
    const refused = job.refusedFilters();
    if (refused.length > 0) this.#parts.host.subscriptionsRefused(this.info, refused);
    if (job.isRefused) job.finish();
    else this.#parts.host.subscribed(this.info);
  }

  /** The retained messages that the latest SUBSCRIBE gets, one by one as there is room for them. */
  retainedMessages(subscriptions: Iterable<Subscription<Session<P>>>): AsyncIterable<RetainedPacket> {
    if (!this.#subscribing) throw new TypeError('retained messages without a SUBSCRIBE');
    return this.#readRetained(this.#subscribing, subscriptions);
  }

  /** aedes sends a message on now: is it still right to? */
  forwards(packet: { topic: string; payload: string | Buffer; qos: number; retain: boolean }): boolean {
    if (!packet.retain || typeof packet.payload === 'string') return true;
    return this.#jobOf.get(packet.payload)?.forward(packet.topic, packet.qos as Qos) ?? true;
  }

  // ConduitListener

  wanted(): void {
    // Not at once: aedes asks from within its handling of the packet before, and the stack would grow with each.
    if (++this.#packetsTaken % packetsPerTick === 0) setImmediate(this.#takeNext);
    else process.nextTick(this.#takeNext);
  }

  wrote(chunks: Buffer[]): void {
    for (const packet of writtenPackets(chunks)) {
      switch (packet.type) {
        case PacketType.puback:
          this.#publisher.holdPuback(packet.buffers);
          break;
        case PacketType.publish:
          this.#parts.counters.sent++;
          if (packet.packetId > 0) this.delivery.numbered(packet.packetId);
          this.#link.write(packet.buffers);
          break;
        default:
          this.#answer(packet.buffers);
      }
    }
  }

  closedByAedes(error: Error | null): void {
    const reason = this.#isDisconnecting
      ? reasons.clientDisconnected
      : error && { code: reasons.internal.code, text: error.message };
    this.#link.close(reason ?? reasons.internal);
  }

  async #askGrant(filter: string): Promise<SubscriptionGrant | undefined> {
    try {
      return await this.#parts.host.grant(this.info.principal, filter);
    } catch {
      return undefined;
    }
  }

  async *#readRetained(
    job: SubscribeJob<Session<P>>,
    subscriptions: Iterable<Subscription<Session<P>>>,
  ): AsyncGenerator<RetainedPacket> {
    const { signal } = new AbortController();
    const stored = (filter: string) => this.#parts.host.retained(this.info.principal, filter, signal);
    try {
      for await (const message of job.retainedMessages(subscriptions, stored)) {
        this.#jobOf.set(message.payload, job);
        yield message;
      }
    } catch {
      // The client must not take a part for the whole: it will subscribe again.
      this.#link.close(reasons.retainedUnread);
    } finally {
      job.finish();
    }
  }

  readonly #takeNext = (): void => {
    this.#isAedesReady = true;
    if (this.#phase === 'started') this.#connect();
    else this.#link.resume();
  };

  #connect(): void {
    this.#phase = 'connecting';
    this.#give(packets.connectForAedes);
  }

  #give(packet: Buffer): void {
    this.#isAedesReady = false;
    this.#conduit?.give(packet);
  }

  #send(topic: string, payload: Buffer, qos: Qos, written: () => void): void {
    this.#client?.publish({ cmd: 'publish', topic, payload, qos, retain: false, dup: false }, written);
  }

  #answer(buffers: readonly Buffer[]): void {
    this.#link.write(buffers);
    if (this.#link.waitingBytes > this.#parts.limits.maxOutputBytes + unreadAnswersBytes) {
      this.#link.close(reasons.acknowledgementsUnread, 'at once');
    }
  }

  #dropped(): void {
    this.#parts.counters.dropped++;
    this.#parts.host.dropped(this.info, 'slow subscriber');
  }
}
