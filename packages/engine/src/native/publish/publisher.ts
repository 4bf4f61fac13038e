/**
 * The PUBLISH packets of one session: route, hand over, acknowledge, in this order [MQTT-4.3.2-2].
 *
 * Messages of retained topics are stored first, handed over once they are durable, and acknowledged then: a client
 * that subscribes meanwhile gets either the retained message or the live one. While one is being stored, later QoS 1 messages are
 * handed over but their acknowledgements wait, so that these keep the order of the messages [MQTT-4.6.0-2]. In a cluster one message of a
 * topic is stored at a time.
 */
import { type PublishLayout, publishLayout, publishTopic } from '../../codec/index.ts';
import {
  type EngineHost,
  type EngineLimits,
  MessageRefusedError,
  type PublishRoute,
  type Qos,
  type Reason,
  type RetainAs,
  type RouteTap,
} from '../../port.ts';
import { reasons } from '../../reasons.ts';
import { handedOver, type MessageBus, UnderWay } from '../../routing/index.ts';
import { Fifo } from '../buffers/fifo.ts';
import type { Counters } from '../counters.ts';
import type { Session } from '../deliver/session.ts';
import { OutgoingMessage } from '../messages/outgoing-message.ts';
import type { Tick } from '../timing/tick.ts';
import type { Plan } from './plan.ts';
import { PrefixRoute } from './prefix-route.ts';
import { type RouteBudget, RouteCache } from './route-cache.ts';

/** Beyond either, no more is read from a connection until some of its messages have been stored, or other nodes have them. */
const maxUnstoredMessages = 1_024;
const maxUnstoredBytes = 1_048_576;
/** Finding the receivers of a topic that is new may take milliseconds: so many usual packets, as many as are handled unlooked at. */
const newRoutePackets = 32;
/** The host is asked again after this time at the latest. */
const maxRateWaitMs = 60_000;

/** What a publisher needs of its connection. */
export interface PublisherConnection {
  acknowledge(packetId: number): void;
  close(reason: Reason): void;
  /** The packet that was waited for has been dealt with: read on. */
  proceed(): void;
  /** No acknowledgement is owed any more. */
  settled(): void;
}

/** What the publishers of one engine share. */
export interface PublisherParts<P> {
  readonly host: Pick<EngineHost<P>, 'route' | 'excessMs' | 'published' | 'retain' | 'record' | 'dropped'>;
  readonly limits: EngineLimits;
  readonly bus: Pick<MessageBus<Session<P>, OutgoingMessage>, 'route' | 'prefix' | 'isShared'>;
  readonly tick: Tick;
  readonly routes: RouteBudget;
  readonly counters: Counters;
}

const none: readonly number[] = [];

/** An acknowledgement that is due in its tick, with the message that is handed over then, if it is not yet. */
interface Unfinished {
  isDue: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  unstored:
    | { readonly plan: Plan; readonly payload: Buffer; readonly qos: Qos; version?: number | undefined }
    | undefined;
  /** Until the logs have it; undefined: none is to. */
  recorded: Promise<void> | undefined;
  /** Undefined: it is not on its way to other nodes. */
  readonly underWay: UnderWay | undefined;
  bytesUnderWay: number;
  /**
   * Packet IDs of messages that followed it on the same way: an object for each would outlive the young generation, and cost more than the
   * message. Undefined: there are none.
   */
  followers: number[] | undefined;
  /** What it is retained under, where one at a time is. */
  readonly place: string | undefined;
}

/** An acknowledgement that waits until the logs have the message, or those before it. */
interface Unrecorded {
  isDue: boolean;
  readonly packetId: number;
  readonly bytes: number;
}

export class Publisher<P> {
  readonly #parts: PublisherParts<P>;
  readonly #session: Session<P>;
  readonly #connection: PublisherConnection;
  readonly #routes: RouteCache;
  readonly #unfinished = new Fifo<Unfinished>();
  readonly #unrecorded = new Fifo<Unrecorded>();
  /** Of both, and of what is under way to other nodes. */
  #unstoredBytes = 0;
  #messagesUnderWay = 0;
  /** Messages that have no entry of their own, but follow another. */
  #followers = 0;
  /** The last that was asked to call back. */
  #awaited: UnderWay | undefined;
  /** Places whose message is being stored or handed over. Undefined where no other node hands over what this one retains. */
  #retaining: Set<string> | undefined;
  /**
   * A message to be retained waits in the chunk that it came in until those before it have arrived, and the last of its topic has been
   * handed over: if this node had to leave its cluster, the others would hand over the last that it retained, and the client would send
   * again what came before.
   */
  #whenArrived: (() => void) | undefined;
  #lastMs = 0;
  /** A message at QoS 1 waits to be within its rate. */
  #rateTimer: NodeJS.Timeout | undefined;
  #isWaitingForStore = false;
  /** A message could not be stored: those after it are not acknowledged either, to keep their order. */
  #hasFailed = false;

  constructor(parts: PublisherParts<P>, session: Session<P>, connection: PublisherConnection) {
    this.#parts = parts;
    this.#session = session;
    this.#connection = connection;
    this.#routes = new RouteCache(parts.routes);
  }

  /** Acknowledgements are still to come. */
  get isOwing(): boolean {
    return this.#isUnsettled && !this.#hasFailed;
  }

  /** The session is over: nothing more will be published. */
  end(): void {
    clearTimeout(this.#rateTimer);
    this.#whenArrived = undefined;
    this.#routes.clear();
  }

  /** False: nothing more until `proceed`. @throws PacketError */
  publish(bytes: Buffer, start: number, end: number): boolean {
    const { limits, counters } = this.#parts;
    const layout = publishLayout(bytes, start, end, limits);
    counters.messagesReceived++;
    this.#session.countReceived(end - start);
    this.#pace();
    return this.#check(bytes, start, end, layout);
  }

  /**
   * The host's present answer for the topic: a message that waited is checked again, since rights may have been revoked
   * meanwhile.
   */
  #check(bytes: Buffer, start: number, end: number, layout: PublishLayout): boolean {
    const { limits } = this.#parts;
    const { topicStart, topicEnd } = layout;
    let plan =
      this.#routes.findByBytes(bytes, topicStart, topicEnd) ??
      this.#routes.findByPrefix(bytes, topicStart, topicEnd);
    if (plan === undefined) {
      const topic = publishTopic(bytes, layout, limits);
      plan = this.#routes.find(topic);
      if (plan === undefined) return this.#ask(topic, bytes, start, end, layout);
    }
    return this.#accept(plan, bytes, start, end, layout);
  }

  #pace(): void {
    const { tick } = this.#parts;
    const { nowMs } = tick;
    tick.pacer.note(nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  /** Asks the host. Its answer may come later: the packet waits in the chunk that it came in. */
  #ask(topic: string, bytes: Buffer, start: number, end: number, layout: PublishLayout): boolean {
    const answer = this.#parts.host.route(this.#session.principal, topic);
    if (!(answer instanceof Promise)) return this.#answered(answer, topic, bytes, start, end, layout);
    answer.then(
      (route) => {
        if (this.#session.isOpen && this.#answered(route, topic, bytes, start, end, layout))
          this.#connection.proceed();
      },
      () => this.#connection.close(reasons.internal), // [MQTT-4.8.0-2]
    );
    return false;
  }

  #answered(
    route: PublishRoute | undefined,
    topic: string,
    bytes: Buffer,
    start: number,
    end: number,
    layout: PublishLayout,
  ): boolean {
    if (route === undefined) {
      this.#connection.close(reasons.publishNotAllowed(topic)); // [MQTT-3.3.5-2]
      return false;
    }
    return this.#accept(this.#plan(topic, route), bytes, start, end, layout);
  }

  /** What the route comes to, kept for the next message. */
  #plan(topic: string, route: PublishRoute): Plan {
    const { bus, limits } = this.#parts;
    const { basis, retainAs, taps } = route;
    this.#parts.tick.worked(newRoutePackets);
    const busRoute = bus.route(route.destinations);
    const ownTopicName = busRoute.topicNames.find((topicName) => topicName.topic === topic);
    const plan = {
      topic,
      topicBytes: Buffer.from(topic),
      basis,
      retainAs,
      taps,
      route: busRoute,
      ownTopicName,
    };
    this.#routes.add(plan);
    const prefixRoute = this.#routes.isVaried ? PrefixRoute.of(topic, route, bus, limits) : undefined;
    if (prefixRoute) this.#routes.addPrefixRoute(prefixRoute);
    return plan;
  }

  #accept(plan: Plan, bytes: Buffer, start: number, end: number, layout: PublishLayout): boolean {
    const { host } = this.#parts;
    if (plan.retainAs !== undefined && this.#mustWait(plan.retainAs))
      return this.#checkAgain(bytes, start, end, layout);
    if (host.excessMs !== undefined) {
      const excessMs = host.excessMs(this.#session);
      if (excessMs > 0) return this.#exceed(excessMs, bytes, start, end, layout);
    }
    host.published(this.#session, this.#lastMs);
    if (plan.retainAs !== undefined) return this.#store(plan, bytes, end, layout);
    const message = new OutgoingMessage(this.#parts.tick, bytes, layout.payloadStart, end, layout.qos, false);
    if (plan.ownTopicName !== undefined)
      message.offerReceived(start, plan.ownTopicName, layout.topicEnd - layout.topicStart);
    const recorded =
      plan.taps && this.#record(plan.taps, bytes.subarray(layout.payloadStart, end), layout.qos);
    const outcome = plan.route.publish(message);
    if (outcome instanceof UnderWay)
      return this.#awaitArrival(outcome, layout.packetId, recorded, end - layout.payloadStart);
    if (outcome !== undefined) return this.#awaitHandOver(outcome, layout.packetId, recorded);
    if (layout.qos === 1) this.#finish(layout.packetId, recorded, end - layout.payloadStart); // [MQTT-3.3.4-1]
    return !this.#isWaitingForStore;
  }

  /** Apart from `#accept`: what its closure captures would be an object more for each message. */
  #checkAgain(bytes: Buffer, start: number, end: number, layout: PublishLayout): false {
    this.#whenArrived = () => {
      if (this.#check(bytes, start, end, layout)) this.#connection.proceed();
    };
    return false;
  }

  #mustWait(retainAs: RetainAs): boolean {
    return this.#messagesUnderWay > 0 || (this.#retaining?.has(placeOf(retainAs)) ?? false);
  }

  /** The logs may take their time: only the acknowledgement waits for them. */
  #record(taps: readonly RouteTap[], payload: Buffer, qos: Qos): Promise<void> | undefined {
    const recorded = this.#parts.host.record?.(this.#session.principal, taps, payload, qos);
    // It may fail while nobody waits for it yet: what waits for its turn hears of it then.
    recorded?.catch(() => {});
    return recorded;
  }

  /** An acknowledgement that waits in its turn. All have the same fields, so that V8 knows one shape of them. */
  #await(
    packetId: number,
    given: Partial<Pick<Unfinished, 'isDue' | 'unstored' | 'recorded' | 'place'>>,
    underWay?: UnderWay,
    bytesUnderWay = 0,
  ) {
    const { isDue = false, unstored, recorded, place } = given;
    const entry: Unfinished = {
      isDue,
      packetId,
      unstored,
      recorded,
      underWay,
      bytesUnderWay,
      followers: undefined,
      place,
    };
    this.#unfinished.push(entry);
    return entry;
  }

  /** Goes on while other nodes get the message; its acknowledgement waits for them, and those after it for their turn. */
  #awaitArrival(
    underWay: UnderWay,
    packetId: number,
    recorded: Promise<void> | undefined,
    bytesUnderWay: number,
  ): boolean {
    const { last } = this.#unfinished;
    if (recorded === undefined && last?.underWay === underWay) this.#follow(last, packetId, bytesUnderWay);
    else this.#await(packetId, { recorded }, underWay, bytesUnderWay);
    this.#unstoredBytes += bytesUnderWay;
    this.#messagesUnderWay++;
    if (underWay !== this.#awaited) this.#listenTo(underWay);
    this.#pauseIfFull();
    return !this.#isWaitingForStore && !this.#hasFailed;
  }

  /** Apart from `#awaitArrival`: what its closure captures would be an object more for each message. */
  #listenTo(underWay: UnderWay): void {
    this.#awaited = underWay;
    underWay.whenSettled((error) => this.#arrived(error));
  }

  #follow(entry: Unfinished, packetId: number, bytes: number): void {
    entry.followers ??= [];
    entry.followers.push(packetId);
    entry.bytesUnderWay += bytes;
    this.#followers++;
  }

  #arrived(error: Error | undefined): void {
    if (error) this.#giveUp(reasons.notHandedOver);
    this.#release();
  }

  /** Publishes nothing more until the message is handed over: so messages keep their order. */
  #awaitHandOver(done: Promise<void>, packetId: number, recorded: Promise<void> | undefined): false {
    const entry = this.#await(packetId, { recorded });
    done.then(
      () => {
        this.#settle(entry);
        if (this.#session.isOpen) this.#connection.proceed();
      },
      () => this.#fail(entry, reasons.notHandedOver),
    );
    return false;
  }

  /** Beyond its sender's rate a message is dropped at QoS 0, and waits in the chunk that it came in at QoS 1. */
  #exceed(excessMs: number, bytes: Buffer, start: number, end: number, layout: PublishLayout): boolean {
    if (layout.qos === 0) {
      this.#parts.counters.messagesDropped++;
      this.#parts.host.dropped(this.#session, 'rate limit');
      return true;
    }
    this.#rateTimer = setTimeout(
      () => {
        if (this.#check(bytes, start, end, layout)) this.#connection.proceed();
      },
      Math.min(excessMs, maxRateWaitMs),
    );
    return false;
  }

  /** Acknowledges now, or after those that came before. */
  #finish(packetId: number, recorded: Promise<void> | undefined, bytes: number): void {
    if (this.#unfinished.size === 0) this.#acknowledge(packetId, recorded, bytes);
    else this.#await(packetId, { isDue: true, recorded });
    this.#pauseIfFull();
  }

  /** Once the logs have it, and in the order of the messages. */
  #acknowledge(packetId: number, recorded: Promise<void> | undefined, bytes: number): void {
    if (recorded === undefined && this.#unrecorded.size === 0) {
      this.#connection.acknowledge(packetId);
      return;
    }
    const entry: Unrecorded = { isDue: recorded === undefined, packetId, bytes };
    this.#unrecorded.push(entry);
    this.#unstoredBytes += bytes;
    recorded?.then(
      () => {
        entry.isDue = true;
        this.#acknowledgeRecorded();
      },
      () => {
        entry.isDue = true;
        this.#hasFailed = true;
        this.#connection.close(reasons.notStored);
        this.#acknowledgeRecorded();
      },
    );
  }

  #acknowledgeRecorded(): void {
    while (this.#unrecorded.first?.isDue) {
      const { packetId, bytes } = this.#unrecorded.first;
      this.#unrecorded.shift();
      this.#unstoredBytes -= bytes;
      if (!this.#hasFailed) this.#connection.acknowledge(packetId);
    }
    this.#goOn();
  }

  #store(plan: Plan, bytes: Buffer, end: number, layout: PublishLayout): boolean {
    const payload = Buffer.from(bytes.subarray(layout.payloadStart, end));
    const retainAs = plan.retainAs as RetainAs;
    const place = this.#parts.bus.isShared ? placeOf(retainAs) : undefined;
    const entry = this.#await(layout.packetId, { unstored: { plan, payload, qos: layout.qos }, place });
    if (place !== undefined) {
      this.#retaining ??= new Set();
      this.#retaining.add(place);
    }
    this.#unstoredBytes += payload.length;
    this.#parts.host.retain(retainAs, payload).then(
      (version) => {
        if (entry.unstored) entry.unstored.version = version ?? undefined;
        this.#settle(entry);
      },
      (error: unknown) => {
        // Not durable, so not acknowledged: the client will send it again. Subscribers receive it all the same.
        if (error instanceof MessageRefusedError) this.#refuse(entry, error.reason);
        else if (layout.qos === 1) this.#fail(entry, reasons.notStored);
        else this.#settle(entry);
      },
    );
    this.#pauseIfFull();
    return !this.#isWaitingForStore;
  }

  #pauseIfFull(): void {
    if (this.#waiting >= maxUnstoredMessages || this.#unstoredBytes >= maxUnstoredBytes)
      this.#isWaitingForStore = true;
  }

  /** Messages that are not acknowledged yet. */
  get #waiting(): number {
    return this.#unfinished.size + this.#followers + this.#unrecorded.size;
  }

  get #isUnsettled(): boolean {
    return this.#unfinished.size > 0 || this.#unrecorded.size > 0;
  }

  /** What the entry waited for is there: it has its turn as soon as those before it have had theirs. */
  #settle(entry: Unfinished): void {
    entry.isDue = true;
    this.#release();
  }

  /** Those whose turn it is, up to the first that still waits. */
  #release(): void {
    for (let first = this.#unfinished.first; first && isDue(first); first = this.#unfinished.first) {
      const { packetId, unstored, underWay, followers = none } = first;
      if (unstored) {
        first.unstored = undefined;
        const { plan, payload, qos } = unstored;
        first.recorded = plan.taps && this.#record(plan.taps, payload, qos);
        const pending = this.#handOver(unstored);
        if (pending !== undefined) {
          const waiting = first;
          waiting.isDue = false;
          pending.then(
            () => this.#settle(waiting),
            () => this.#fail(waiting, reasons.notHandedOver),
          );
          return;
        }
      }
      this.#unfinished.shift();
      if (underWay !== undefined) {
        this.#messagesUnderWay -= 1 + followers.length;
        this.#followers -= followers.length;
        this.#unstoredBytes -= first.bytesUnderWay;
        // Its turn may come before the callback that closes the connection.
        if (underWay.error) this.#hasFailed = true;
      }
      if (first.place !== undefined) this.#retaining?.delete(first.place);
      if (packetId !== 0 && !this.#hasFailed) this.#acknowledge(packetId, first.recorded, 0);
      for (const follower of followers)
        if (follower !== 0 && !this.#hasFailed) this.#acknowledge(follower, undefined, 0);
    }
    this.#goOn();
  }

  /** Tells the connection that nothing is owed any more, or that there is room again. */
  #goOn(): void {
    if (!this.#isUnsettled) this.#connection.settled();
    if (this.#messagesUnderWay === 0) this.#takeWaiting();
    if (
      this.#isWaitingForStore &&
      this.#waiting < maxUnstoredMessages / 2 &&
      this.#unstoredBytes < maxUnstoredBytes / 2
    ) {
      this.#isWaitingForStore = false;
      if (this.#session.isOpen) this.#connection.proceed();
    }
  }

  #takeWaiting(): void {
    const take = this.#whenArrived;
    this.#whenArrived = undefined;
    if (this.#session.isOpen && !this.#hasFailed) take?.();
  }

  /** The host refuses the message: no subscriber receives it. */
  #refuse(entry: Unfinished, reason: Reason): void {
    this.#unstoredBytes -= entry.unstored?.payload.length ?? 0;
    entry.unstored = undefined;
    this.#fail(entry, reason);
  }

  /** It is not acknowledged, and nothing after it: the client will send them again. */
  #fail(entry: Unfinished, reason: Reason): void {
    this.#giveUp(reason);
    this.#settle(entry);
  }

  #giveUp(reason: Reason): void {
    this.#hasFailed = true;
    this.#connection.close(reason);
  }

  #handOver({ plan, payload, qos, version }: NonNullable<Unfinished['unstored']>): void | Promise<void> {
    this.#unstoredBytes -= payload.length;
    const message = new OutgoingMessage(this.#parts.tick, payload, 0, payload.length, qos, false);
    if (plan.retainAs && version !== undefined) message.retainedAs = { ...plan.retainAs, version };
    return handedOver(plan.route.publish(message));
  }
}

function isDue({ isDue, underWay }: Unfinished): boolean {
  return isDue || (underWay?.isSettled ?? false);
}

function placeOf({ namespace, topic }: RetainAs): string {
  return `${namespace}\0${topic}`;
}
