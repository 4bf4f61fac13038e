/**
 * What crosses between connections: every message, and nothing else, goes from its publisher to its subscribers through
 * a `MessageBus`. Today's is `LocalMessageBus`, for one process; a message bus between processes or machines would be
 * another. In the words of this interface, one process behaves like this:
 *
 * - `address` turns the destinations of a route into addresses that are used again and again, `prefix` does so for all
 *   topics that begin alike, if they have the same receivers. Neither costs I/O.
 * - When `publish` returns, the message has been taken by every subscriber that was subscribed at that moment, at the
 *   lower of both QoS; one that cannot take it has said so by closing itself or by counting a drop. So a PUBACK may follow
 *   at once. (A bus would answer with a promise, as the engine expects of `EngineHost.store` already.)
 * - Two messages that one publisher publishes one after the other reach each subscriber in that order [MQTT-4.6.0-5][MQTT-4.6.0-6].
 * - `subscribe` counts from the next `publish` on, `unsubscribe` likewise: nothing arrives after it has returned.
 * - The bytes of a publication are the publisher's: a subscriber that keeps any of them beyond this tick copies them.
 */
import type { Destination, Qos } from '../port.ts';
import type { Address, TopicName } from './address.ts';
import type { Receivers } from './receivers.ts';
import { defaultRouterLimits, Router, type RouterLimits } from './router.ts';
import { LocalTopicPrefix, type TopicPrefix } from './topic-prefix.ts';

/** The subscriber's end of the bus. `M` is a message in the form that the engine moves it in. */
export interface Subscriber<M> {
  /** Takes a message, whose name and encodings `message` carries. Must not throw and must not block. */
  deliver(message: M, qos: Qos): void;
}

/** A message on its way. It is addressed to one name after the other: a name is one topic in one namespace. */
export interface Addressable {
  readonly qos: Qos;
  addressTo(name: TopicName): void;
}

export interface MessageBus<S, M> {
  subscribe(namespace: string, filter: string, subscriber: S, qos: Qos): void;
  unsubscribe(namespace: string, filter: string, subscriber: S): void;
  /** Does anybody hear anything in this namespace? */
  hasSubscribers(namespace: string): boolean;
  address(destinations: readonly Destination[]): readonly Address[];
  /** `prefixes`: destinations whose topics end where a route does not look any more, with a slash. */
  prefix(prefixes: readonly Destination[]): TopicPrefix | undefined;
  /** Hands the message to everybody who hears one of the addresses: one copy for each address [MQTT-3.3.5-1]. */
  publish(addresses: readonly Address[], message: M): void;
  /** How many (namespace, filter, subscriber) there are. */
  readonly subscriptions: number;
}

/** The bus of one process. */
export class LocalMessageBus<S extends Subscriber<M>, M extends Addressable> implements MessageBus<S, M> {
  readonly #router: Router<S>;

  constructor(limits: RouterLimits = defaultRouterLimits) {
    this.#router = new Router(limits);
  }

  get subscriptions(): number {
    return this.#router.subscriptions;
  }

  subscribe(namespace: string, filter: string, subscriber: S, qos: Qos): void {
    this.#router.subscribe(namespace, filter, subscriber, qos);
  }

  unsubscribe(namespace: string, filter: string, subscriber: S): void {
    this.#router.unsubscribe(namespace, filter, subscriber);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#router.hasSubscribers(namespace);
  }

  address(destinations: readonly Destination[]): readonly LocalAddress<S>[] {
    return destinations.map(
      ({ namespace, topic }) => new NamedAddress(namespace, topic, this.#router.receivers(namespace, topic)),
    );
  }

  prefix(prefixes: readonly Destination[]): TopicPrefix | undefined {
    return LocalTopicPrefix.of(this.#router, prefixes);
  }

  publish(addresses: readonly LocalAddress<S>[], message: M): void {
    for (const address of addresses) {
      let { receivers } = address;
      if (receivers.stale) {
        receivers = this.#router.receivers(address.namespace, address.topic);
        address.receivers = receivers;
      }
      const { atQos0, atQos1 } = receivers;
      if (atQos0.length === 0 && atQos1.length === 0) continue;
      message.addressTo(address);
      const { qos } = message;
      // Deliveries may change subscriptions; these two lists are never changed, only replaced.
      for (const subscriber of atQos0) subscriber.deliver(message, 0);
      for (const subscriber of atQos1) subscriber.deliver(message, qos);
    }
  }
}

interface LocalAddress<S> extends Address {
  receivers: Receivers<S>;
}

class NamedAddress<S> implements LocalAddress<S> {
  readonly namespace: string;
  readonly topic: string;
  readonly topicBytes: Buffer;
  receivers: Receivers<S>;

  constructor(namespace: string, topic: string, receivers: Receivers<S>) {
    this.namespace = namespace;
    this.topic = topic;
    this.topicBytes = Buffer.from(topic);
    this.receivers = receivers;
  }
}
