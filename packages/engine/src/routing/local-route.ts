import type { Qos } from '../port.ts';
import type { Address, TopicName } from './address.ts';
import type { Receivers } from './matching/receivers.ts';
import type { Router } from './matching/router.ts';

/** The subscriber's end of the bus. `M` is a message in the form in which the engine handles it. */
export interface Subscriber<M> {
  /** Takes a message, whose name and encodings `message` carries. Must not throw and must not block. */
  readonly deliver: (message: M, qos: Qos) => void;
}

/** A message on its way. It is addressed to one name after the other: a name is one topic in one namespace. */
export interface Addressable {
  readonly qos: Qos;
  readonly addressTo: (topicName: TopicName) => void;
}

/** An address, with the subscribers that receive it. */
export interface LocalAddress<S> extends Address {
  receivers: Receivers<S>;
}

/** Lets a message with very many receivers be handed over in several ticks of the event loop. */
export interface Ticks<M> {
  /** The number of this tick. */
  readonly number: number;
  /** Does the work for each item. Undefined: all is done. Otherwise others are served meanwhile, and it resolves at the end. */
  readonly each: <T>(items: Iterable<T>, work: (item: T) => void) => Promise<void> | undefined;
  /** The same message over bytes that last, ready to be handed over in this tick. */
  readonly again: (message: M) => M;
  /** So many receivers were served in one go. */
  readonly served: (receivers: number) => void;
}

/** Receivers that are served in one go: a millisecond or two. */
const servedAtOnce = 2_048;
/** With so few, serving them is a small part of what a packet costs anyway. */
const fewReceivers = 8;

/** A route on the bus of one process: the message lies in all queues when `publish` returns, or its promise resolves. */
export class LocalRoute<S extends Subscriber<M>, M extends Addressable> {
  readonly topicNames: readonly LocalAddress<S>[];
  readonly #router: Router<S>;
  readonly #ticks: Ticks<M> | undefined;

  /** Without `ticks` all receivers are served at once. */
  constructor(router: Router<S>, topicNames: readonly LocalAddress<S>[], ticks?: Ticks<M>) {
    this.#router = router;
    this.topicNames = topicNames;
    this.#ticks = ticks;
  }

  publish(message: M): void | Promise<void> {
    for (const address of this.topicNames) {
      const { atQos0, atQos1 } = address.receivers.stale ? this.#renew(address) : address.receivers;
      const count = atQos0.length + atQos1.length;
      if (count === 0) continue;
      if (count > fewReceivers && this.#ticks !== undefined) {
        if (count > servedAtOnce) return this.#publishInTicks(message, address, this.#ticks);
        this.#ticks.served(count);
      }
      message.addressTo(address);
      const { qos } = message;
      // Deliveries may change subscriptions; these two lists are never changed, only replaced.
      for (const subscriber of atQos0) subscriber.deliver(message, 0);
      for (const subscriber of atQos1) subscriber.deliver(message, qos);
    }
  }

  #renew(address: LocalAddress<S>): Receivers<S> {
    address.receivers = this.#router.receivers(address.namespace, address.topic);
    return address.receivers;
  }

  /** For this name and those after it. */
  async #publishInTicks(message: M, first: LocalAddress<S>, ticks: Ticks<M>): Promise<void> {
    const lasting = ticks.again(message);
    for (const address of this.topicNames.slice(this.topicNames.indexOf(first))) {
      const receivers = address.receivers.stale ? this.#renew(address) : address.receivers;
      const { atQos0, atQos1 } = receivers;
      const { namespace, topic } = address;
      const hand = (subscribers: readonly S[], qos: Qos) => {
        let tick = -1;
        let current = lasting;
        let receives: ((subscriber: S) => boolean) | undefined;
        return ticks.each(subscribers, (subscriber) => {
          if (tick !== ticks.number) {
            tick = ticks.number;
            current = ticks.again(lasting);
            current.addressTo(address);
            // A receiver has unsubscribed meanwhile, and must not receive anything any more.
            if (receivers.stale) receives = this.#router.receives(namespace, topic);
          }
          if (receives === undefined || receives(subscriber)) subscriber.deliver(current, qos);
        });
      };
      await hand(atQos0, 0);
      await hand(atQos1, message.qos);
    }
  }
}

export class NamedAddress<S> implements LocalAddress<S> {
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
