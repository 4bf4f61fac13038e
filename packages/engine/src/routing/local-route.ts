import type { Qos } from '../port.ts';
import type { Address, TopicName } from './address.ts';
import type { Receivers } from './receivers.ts';
import type { Router } from './router.ts';

/** The subscriber's end of the bus. `M` is a message in the form in which the engine handles it. */
export interface Subscriber<M> {
  /** Takes a message, whose name and encodings `message` carries. Must not throw and must not block. */
  readonly deliver: (message: M, qos: Qos) => void;
}

/** A message on its way. It is addressed to one name after the other: a name is one topic in one namespace. */
export interface Addressable {
  readonly qos: Qos;
  readonly addressTo: (name: TopicName) => void;
}

/** An address, with who receives it. */
export interface LocalAddress<S> extends Address {
  receivers: Receivers<S>;
}

/** A route on the bus of one process: the message lies in all queues when `publish` returns. */
export class LocalRoute<S extends Subscriber<M>, M extends Addressable> {
  readonly names: readonly LocalAddress<S>[];
  readonly #router: Router<S>;

  constructor(router: Router<S>, names: readonly LocalAddress<S>[]) {
    this.#router = router;
    this.names = names;
  }

  publish(message: M): void {
    for (const address of this.names) {
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
