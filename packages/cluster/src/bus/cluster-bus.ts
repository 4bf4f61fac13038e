/**
 * The bus of an engine in a cluster: around the one that connects its own sessions. A message is handed over here, and
 * appended to the frames of the nodes that want one of its namespaces; PUBACK and SUBACK wait for these.
 */
import type { Destination, Qos } from '@iotcore/engine';
import type { BusMessage, CreateMessageBus, RetainedPlace, ToMessage } from '@iotcore/engine/native';
import {
  type BusRoute,
  type HandOver,
  handedOver,
  type MessageBus,
  type PrefixedRoute,
  type Subscriber,
  type TopicPrefix,
} from '@iotcore/engine/routing';
import type { ClusterNode } from '../cluster-node.ts';
import { namespaceHash } from '../interest/namespace-hash.ts';
import { type RemoteMessage, RemoteRoute, type RouteDestinations } from '../links/remote.ts';
import type { RetainedOrder } from './retained-order.ts';

type Node = Pick<
  ClusterNode,
  'publish' | 'isCrowded' | 'isWanted' | 'gainInterest' | 'loseInterest' | 'subscribed'
>;

/** Messages of other nodes come in here. */
export interface Delivery {
  /** A promise, if its subscribers are so many that it takes several ticks. */
  deliver(destinations: RouteDestinations, message: RemoteMessage): void | Promise<void>;
}

/** Routes of other nodes that are kept ready, some 500 bytes each. */
const maxReadyRoutes = 16_384;

export interface ClusterBusParts {
  readonly node: Node;
  readonly delivery: Delivery;
  readonly order: RetainedOrder;
}

/** `delivery.deliver` is set once the engine has made its bus. */
export function createClusterBus({ node, delivery, order }: ClusterBusParts): CreateMessageBus {
  return (local, toMessage) => {
    const incoming = new IncomingDelivery(local, toMessage, order);
    delivery.deliver = (destinations, message) => incoming.deliver(destinations, message);
    return new ClusterBus(local, { node, order, toMessage });
  };
}

/** What the routes of a bus share. */
interface ClusterRouteParts<M> {
  readonly node: Node;
  readonly order: RetainedOrder;
  readonly toMessage: ToMessage<M>;
}

class ClusterBus<S extends Subscriber<M>, M extends BusMessage> implements MessageBus<S, M> {
  readonly isShared = true;
  readonly #local: MessageBus<S, M>;
  readonly #parts: ClusterRouteParts<M>;

  constructor(local: MessageBus<S, M>, parts: ClusterRouteParts<M>) {
    this.#local = local;
    this.#parts = parts;
  }

  get subscriptions(): number {
    return this.#local.subscriptions;
  }

  subscribe(namespace: string, filter: string, subscriber: S, qos: Qos): void | Promise<void> {
    const hash = namespaceHash(namespace);
    const isFirst = !this.#local.hasSubscribers(namespace);
    void this.#local.subscribe(namespace, filter, subscriber, qos);
    if (isFirst) this.#parts.node.gainInterest(hash);
    return whenDone((done) => this.#parts.node.subscribed(hash, done));
  }

  unsubscribe(namespace: string, filter: string, subscriber: S): void {
    const wasHeard = this.#local.hasSubscribers(namespace);
    this.#local.unsubscribe(namespace, filter, subscriber);
    if (wasHeard && !this.#local.hasSubscribers(namespace))
      this.#parts.node.loseInterest(namespaceHash(namespace));
  }

  hasRoom(namespace: string, filter: string): boolean {
    return this.#local.hasRoom(namespace, filter);
  }

  hasSubscribers(namespace: string): boolean {
    return this.#local.hasSubscribers(namespace) || this.#parts.node.isWanted(namespaceHash(namespace));
  }

  route(destinations: readonly Destination[]): BusRoute<M> {
    return new ClusterRoute(this.#parts, this.#local.route(destinations), new RemoteRoute(destinations));
  }

  prefix(prefixes: readonly Destination[]): TopicPrefix<M> | undefined {
    const prefix = this.#local.prefix(prefixes);
    if (prefix === undefined) return undefined;
    const remote = new RemoteRoute(prefixes);
    return {
      route: (bytes, start, end): PrefixedRoute<M> | undefined => {
        const route = prefix.route(bytes, start, end);
        // Before any message waits: the bytes are those of this tick.
        return route && new ClusterRoute(this.#parts, route, remote, bytes.toString('latin1', start, end));
      },
    };
  }
}

/** To the subscribers here and to the other nodes, where `end` is added to each topic of `remote`. */
class ClusterRoute<M extends BusMessage, R extends BusRoute<M>> implements BusRoute<M> {
  readonly topicNames: R['topicNames'];
  readonly #parts: ClusterRouteParts<M>;
  readonly #here: R;
  readonly #remote: RemoteRoute;
  readonly #end: string;

  constructor(parts: ClusterRouteParts<M>, here: R, remote: RemoteRoute, end = '') {
    this.topicNames = here.topicNames;
    this.#parts = parts;
    this.#here = here;
    this.#remote = remote;
    this.#end = end;
  }

  publish(message: M): HandOver {
    const { node, order, toMessage } = this.#parts;
    const here = publishHere(order, this.#here, message, toMessage);
    return both(here, tellOthers(node, this.#remote, this.#end, message));
  }
}

/** Links keep the order, so publishers go on meanwhile; but not while more is on its way to a node than it takes in good time. */
function tellOthers(node: Node, route: RemoteRoute, end: string, message: BusMessage): HandOver {
  const underWay = node.publish(route, end, message);
  return underWay !== undefined && node.isCrowded ? underWay.arrived() : underWay;
}

/** Messages that come from other nodes, to the sessions here alone: so none goes in circles. */
class IncomingDelivery<S extends Subscriber<M>, M extends BusMessage> {
  readonly #local: MessageBus<S, M>;
  readonly #toMessage: ToMessage<M>;
  readonly #order: RetainedOrder;
  readonly #ready = new Map<RouteDestinations, BusRoute<M>>();

  constructor(local: MessageBus<S, M>, toMessage: ToMessage<M>, order: RetainedOrder) {
    this.#local = local;
    this.#toMessage = toMessage;
    this.#order = order;
  }

  deliver(destinations: RouteDestinations, remote: RemoteMessage): void | Promise<void> {
    const { end, bytes, payloadStart, payloadEnd, qos, retainedAs } = remote;
    const route = end === '' ? this.#routeOf(destinations) : this.#local.route(withEnd(destinations, end));
    const message = this.#toMessage(bytes, payloadStart, payloadEnd, qos);
    message.retainedAs = retainedAs;
    return publishHere(this.#order, route, message, this.#toMessage);
  }

  #routeOf(destinations: RouteDestinations): BusRoute<M> {
    const known = this.#ready.get(destinations);
    if (known) return known;
    if (this.#ready.size >= maxReadyRoutes) this.#ready.clear();
    const route = this.#local.route(destinations);
    this.#ready.set(destinations, route);
    return route;
  }
}

/** To the subscribers here. A promise, if they are so many that it takes several ticks. */
function publishHere<M extends BusMessage>(
  order: RetainedOrder,
  route: BusRoute<M>,
  message: M,
  toMessage: ToMessage<M>,
): void | Promise<void> {
  const here = handedOver(route.publish(message));
  const { retainedAs } = message;
  return retainedAs ? inOrder(order, route, retainedAs, here, toMessage) : here;
}

/** Apart from `publishHere`: V8 makes an object of what closures capture with each call of the function that they stand in. */
function inOrder<M extends BusMessage>(
  order: RetainedOrder,
  route: BusRoute<M>,
  retainedAs: RetainedPlace,
  here: void | Promise<void>,
  toMessage: ToMessage<M>,
): void | Promise<void> {
  const keepOrder = () =>
    order.handedOver(retainedAs, (payload, version) => {
      const newer = toMessage(payload, 0, payload.length, 1);
      if (version !== undefined) newer.retainedAs = { ...retainedAs, version };
      void route.publish(newer);
    });
  return here === undefined ? keepOrder() : here.then(keepOrder);
}

/** Undefined if neither waits, which is so for most messages. */
function both(here: void | Promise<void>, there: HandOver): HandOver {
  if (here === undefined) return there;
  return there === undefined ? here : Promise.all([here, handedOver(there)]).then(() => {});
}

function withEnd(destinations: RouteDestinations, end: string): Destination[] {
  return destinations.map(({ namespace, topic }) => ({ namespace, topic: topic + end }));
}

/** Undefined if it was done at once: a promise costs, and most messages need none. */
function whenDone(begin: (done: (error?: Error) => void) => boolean): void | Promise<void> {
  let settle: ((error?: Error) => void) | undefined;
  let early: { readonly error: Error | undefined } | undefined;
  const isDone = begin((error) => {
    if (settle) settle(error);
    else early = { error };
  });
  if (isDone) return undefined;
  return new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
    if (early) settle(early.error);
  });
}
