import type { EngineHost, PublishRoute, Qos } from '@iotcore/engine';
import type { Exchange } from '@iotcore/engine/routing';
import { Message } from './message.ts';
import type { Underway } from './underway.ts';

/** What it takes to publish. */
export interface PublishingParts<P> {
  readonly host: Pick<EngineHost<P>, 'store'>;
  readonly exchange: Pick<Exchange<never, Message>, 'address' | 'publish'>;
  readonly underway: Underway;
}

/** Hands the message to everybody who hears one of the route's destinations. */
export function handOver<P>(
  { exchange }: PublishingParts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): void {
  exchange.publish(exchange.address(route.destinations), new Message(payload, qos));
}

/** Resolves when the message is durable: at once, unless its topic is permanent. */
export function store<P>(
  { host, underway }: PublishingParts<P>,
  route: PublishRoute,
  payload: Buffer,
): Promise<void> {
  const stored = async () => {
    if (route.permanent) await host.store(route.permanent, payload);
  };
  return underway.track(stored());
}

/** Makes the message durable if it must be, then hands it over. Rejects, and hands over nothing, if it is not durable. */
export async function publish<P>(
  parts: PublishingParts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): Promise<void> {
  if (route.permanent) await store(parts, route, payload);
  handOver(parts, route, payload, qos);
}
