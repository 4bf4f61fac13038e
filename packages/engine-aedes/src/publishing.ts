import type { PublishRoute, Qos } from '@iotcore/engine';
import type { Addressable, TopicName } from '@iotcore/engine/routing';
import type { Parts } from './parts.ts';

/** A message on its way to its subscribers, under one name after the other. */
export class Message implements Addressable {
  readonly payload: Buffer;
  readonly qos: Qos;
  topic = '';

  constructor(payload: Buffer, qos: Qos) {
    this.payload = payload;
    this.qos = qos;
  }

  addressTo(name: TopicName): void {
    this.topic = name.topic;
  }
}

/** Hands the message to everybody who hears one of the route's destinations. */
export function handOver<P>({ exchange }: Parts<P>, route: PublishRoute, payload: Buffer, qos: Qos): void {
  exchange.publish(exchange.address(route.destinations), new Message(payload, qos));
}

/** Resolves when the message is durable: at once, unless its topic is permanent. */
export function store<P>({ host, underway }: Parts<P>, route: PublishRoute, payload: Buffer): Promise<void> {
  const stored = async () => {
    if (route.permanent) await host.store(route.permanent, payload);
  };
  return underway.track(stored());
}

/** Makes the message durable if it must be, then hands it over. Rejects, and hands over nothing, if it is not durable. */
export async function publish<P>(
  parts: Parts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): Promise<void> {
  if (route.permanent) await store(parts, route, payload);
  handOver(parts, route, payload, qos);
}
