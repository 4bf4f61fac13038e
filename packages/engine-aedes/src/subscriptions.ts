import type { NamespaceFilter, Qos } from '@iotcore/engine';
import type { SubscribeRequest } from '@iotcore/engine/codec';
import type { MessageBus } from '@iotcore/engine/routing';
import type { Tokens } from './aedes/tokens.ts';

/** A filter that a client asked for, in its own words, and what it receives by it. */
export class Subscription<Subscriber> {
  readonly subscriber: Subscriber;
  readonly filter: string;
  /** What aedes knows it by: one token, and one more for each time that a SUBSCRIBE repeats the filter. */
  readonly tokens: string[] = [];
  qos: Qos = 0;
  granted: readonly NamespaceFilter[] = [];
  /** aedes has it, under its tokens. */
  isKnownToAedes = false;

  constructor(subscriber: Subscriber, filter: string) {
    this.subscriber = subscriber;
    this.filter = filter;
  }
}

/** One line of a SUBSCRIBE, as aedes gets it. */
export interface TokenRequest {
  readonly token: string;
  readonly filter: string;
  readonly qos: Qos;
}

/**
 * The subscriptions of one session. aedes is told of tokens instead of filters, because it keeps subscriptions by their
 * text and would act on it: it answers a filter that is named twice in one packet only once [MQTT-3.8.4-5], lowers the
 * QoS of a message by the filter that equals its topic instead of the highest [MQTT-3.3.5-1], and closes the connection
 * for a filter where others of the packet may stand.
 */
export class Subscriptions<Subscriber extends object> {
  readonly #subscriber: Subscriber;
  readonly #bus: Pick<MessageBus<Subscriber, never>, 'subscribe' | 'unsubscribe'>;
  readonly #tokens: Tokens<Subscription<Subscriber>>;
  readonly #maxSubscriptions: number;
  readonly #byFilter = new Map<string, Subscription<Subscriber>>();
  /** Subscriptions that come to the same filter of a namespace; nearly always one. By namespace and filter. */
  readonly #holders = new Map<string, Subscription<Subscriber>[]>();

  constructor(
    subscriber: Subscriber,
    bus: Pick<MessageBus<Subscriber, never>, 'subscribe' | 'unsubscribe'>,
    tokens: Tokens<Subscription<Subscriber>>,
    maxSubscriptions: number,
  ) {
    this.#subscriber = subscriber;
    this.#bus = bus;
    this.#tokens = tokens;
    this.#maxSubscriptions = maxSubscriptions;
  }

  get size(): number {
    return this.#byFilter.size;
  }

  /** What aedes is to be asked in the place of these, line by line. A filter beyond the limit gets a token without meaning. */
  tokensFor(requests: readonly SubscribeRequest[]): TokenRequest[] {
    const repeats = new Map<string, number>();
    return requests.map(({ filter, qos }, line) => {
      const repeat = repeats.get(filter) ?? 0;
      repeats.set(filter, repeat + 1);
      const token = this.#tokenOf(filter, repeat) ?? `\0-${line}`;
      return { token, filter, qos: qos === 0 ? 0 : 1 }; // QoS 2 is granted as 1 [MQTT-3.8.4-6]
    });
  }

  /** The tokens of those of the filters that are subscribed. */
  tokensOf(filters: readonly string[]): string[] {
    return filters.flatMap((filter) => this.#byFilter.get(filter)?.tokens ?? []);
  }

  /** Replaces what the subscription receives [MQTT-3.8.4-3]; the bus learns of the new before the old is gone. */
  grant(subscription: Subscription<Subscriber>, qos: Qos, granted: readonly NamespaceFilter[]): void {
    const former = subscription.granted;
    subscription.isKnownToAedes = true;
    subscription.qos = qos;
    subscription.granted = granted;
    for (const namespaceFilter of granted) this.#hold(subscription, namespaceFilter);
    const kept = new Set(granted.map(keyOf));
    for (const namespaceFilter of former) {
      if (!kept.has(keyOf(namespaceFilter))) this.#release(subscription, namespaceFilter);
    }
  }

  /** The filter may not be heard (any more). If it once could, aedes keeps its tokens until it is unsubscribed. */
  refuse(subscription: Subscription<Subscriber>): void {
    if (subscription.isKnownToAedes) this.grant(subscription, 0, []);
    else this.remove(subscription);
  }

  remove(subscription: Subscription<Subscriber>): void {
    this.grant(subscription, 0, []);
    for (const token of subscription.tokens) this.#tokens.redeem(token);
    this.#byFilter.delete(subscription.filter);
  }

  clear(): void {
    for (const subscription of [...this.#byFilter.values()]) this.remove(subscription);
  }

  #tokenOf(filter: string, repeat: number): string | undefined {
    let subscription = this.#byFilter.get(filter);
    if (!subscription) {
      if (this.#byFilter.size >= this.#maxSubscriptions) return undefined;
      subscription = new Subscription(this.#subscriber, filter);
      this.#byFilter.set(filter, subscription);
    }
    const token = subscription.tokens[repeat] ?? this.#tokens.issue(subscription);
    subscription.tokens[repeat] = token;
    return token;
  }

  #hold(subscription: Subscription<Subscriber>, namespaceFilter: NamespaceFilter): void {
    const key = keyOf(namespaceFilter);
    const others = (this.#holders.get(key) ?? []).filter((holder) => holder !== subscription);
    this.#route(key, namespaceFilter, [...others, subscription]);
  }

  #release(subscription: Subscription<Subscriber>, namespaceFilter: NamespaceFilter): void {
    const key = keyOf(namespaceFilter);
    const others = (this.#holders.get(key) ?? []).filter((holder) => holder !== subscription);
    this.#route(key, namespaceFilter, others);
  }

  #route(key: string, { namespace, filter }: NamespaceFilter, holders: Subscription<Subscriber>[]): void {
    if (holders.length === 0) {
      this.#holders.delete(key);
      this.#bus.unsubscribe(namespace, filter, this.#subscriber);
      return;
    }
    this.#holders.set(key, holders);
    const qos = holders.some((holder) => holder.qos === 1) ? 1 : 0;
    // A local bus answers at once; aedes is not offered together with any other.
    void this.#bus.subscribe(namespace, filter, this.#subscriber, qos);
  }
}

function keyOf({ namespace, filter }: NamespaceFilter): string {
  return `${namespace}\0${filter}`;
}
