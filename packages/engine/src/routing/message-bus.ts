/**
 * What crosses between connections: every message, and nothing else, goes from its publisher to its subscribers through
 * a `MessageBus`. `LocalMessageBus` connects the sessions of one process; a bus between processes is made around it and
 * injected into the engine. What an engine relies on:
 *
 * - `route` ticks the destinations of a route into something that is published to again and again, `prefix` does so for all
 *   topics that begin alike, if they have the same receivers. Neither costs I/O.
 * - Once `publish` has returned, and its promise has resolved if it gave one, the message has been taken by every subscriber
 *   that was subscribed when it was called, at the lower of both QoS; one that cannot take it has said so by closing itself
 *   or by counting a drop. So PUBACK follows then. Nothing more of that publisher is published until then.
 * - `publish` may answer instead that the message is under way (under-way.ts): then the subscribers of other processes have not taken it
 *   yet, what is published next does not overtake it, and only PUBACK waits.
 * - Two messages that one publisher publishes one after the other reach each subscriber in that order [MQTT-4.6.0-5][MQTT-4.6.0-6].
 * - `subscribe` counts from the next `publish` of any publisher, once it has returned and its promise has resolved: SUBACK
 *   follows then. After `unsubscribe` has returned nothing arrives any more.
 * - The bytes of a publication are the publisher's: a subscriber that keeps any of them beyond this tick copies them.
 *
 * Functions are properties, so that their parameters are compared strictly.
 */
import type { Destination, NamespaceInterest, Qos } from '../port.ts';
import type { TopicName } from './address.ts';
import { type Addressable, LocalRoute, NamedAddress, type Subscriber, type Ticks } from './local-route.ts';
import { defaultRouterLimits, Router, type RouterLimits } from './matching/router.ts';
import { LocalTopicPrefix, type TopicPrefix } from './topic-prefix.ts';
import type { HandOver } from './under-way.ts';

/** Where the messages of a topic go. */
export interface BusRoute<M> {
  /** The names that they go out under. */
  readonly topicNames: readonly TopicName[];
  /** Hands the message to every subscriber that receives one of the names: one copy for each name [MQTT-3.3.5-1]. */
  readonly publish: (message: M) => HandOver;
}

export interface MessageBus<S, M> {
  readonly subscribe: (namespace: string, filter: string, subscriber: S, qos: Qos) => void | Promise<void>;
  readonly unsubscribe: (namespace: string, filter: string, subscriber: S) => void;
  /** False: the namespace has as many filters of this kind as it may (manifold.ts), and this would be one more. */
  readonly hasRoom: (namespace: string, filter: string) => boolean;
  /** Is there any subscriber in this namespace? */
  readonly hasSubscribers: (namespace: string) => boolean;
  readonly route: (destinations: readonly Destination[]) => BusRoute<M>;
  /** `prefixes`: destinations whose topics end, with a slash, where the route no longer depends on the topic. */
  readonly prefix: (prefixes: readonly Destination[]) => TopicPrefix<M> | undefined;
  /** How many (namespace, filter, subscriber) there are here. */
  readonly subscriptions: number;
  /** Other processes have subscribers too, and hand over to them what this process has retained, if it ends before it has done so. */
  readonly isShared: boolean;
}

/** The bus of one process. */
export class LocalMessageBus<S extends Subscriber<M>, M extends Addressable> implements MessageBus<S, M> {
  readonly isShared = false;
  readonly #router: Router<S>;
  readonly #interest: NamespaceInterest | undefined;
  readonly #ticks: Ticks<M> | undefined;
  /** Namespaces whose first subscription is being announced. */
  readonly #beingTold = new Map<string, Promise<void>>();

  /** Without `ticks` all receivers of a message are served at once, however many they are. */
  constructor(interest?: NamespaceInterest, ticks?: Ticks<M>, limits: RouterLimits = defaultRouterLimits) {
    this.#interest = interest;
    this.#ticks = ticks;
    this.#router = new Router(limits);
  }

  get subscriptions(): number {
    return this.#router.subscriptions;
  }

  subscribe(namespace: string, filter: string, subscriber: S, qos: Qos): void | Promise<void> {
    const isFirst = this.#interest !== undefined && !this.#router.hasSubscribers(namespace);
    this.#router.subscribe(namespace, filter, subscriber, qos);
    return isFirst ? this.#tell(namespace) : this.#beingTold.get(namespace);
  }

  unsubscribe(namespace: string, filter: string, subscriber: S): void {
    const wasThere = this.#router.unsubscribe(namespace, filter, subscriber);
    if (wasThere && !this.#router.hasSubscribers(namespace)) this.#interest?.lost(namespace);
  }

  hasRoom(namespace: string, filter: string): boolean {
    return this.#router.hasRoom(namespace, filter);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#router.hasSubscribers(namespace);
  }

  route(destinations: readonly Destination[]): BusRoute<M> {
    return new LocalRoute<S, M>(
      this.#router,
      destinations.map(
        ({ namespace, topic }) =>
          new NamedAddress(namespace, topic, this.#router.receivers(namespace, topic)),
      ),
      this.#ticks,
    );
  }

  prefix(prefixes: readonly Destination[]): TopicPrefix<M> | undefined {
    return LocalTopicPrefix.of<S, M>(this.#router, prefixes, this.#ticks);
  }

  #tell(namespace: string): void | Promise<void> {
    const told = this.#interest?.gained(namespace);
    if (told === undefined) return;
    const settled = told.finally(() => {
      if (this.#beingTold.get(namespace) === settled) this.#beingTold.delete(namespace);
    });
    this.#beingTold.set(namespace, settled);
    return settled;
  }
}
