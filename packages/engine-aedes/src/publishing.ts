import type { EngineHost, PublishRoute, Qos } from '@iotcore/engine';
import type { MessageBus } from '@iotcore/engine/routing';
import { Message } from './message.ts';
import type { Underway } from './underway.ts';

/** What it takes to publish. */
export interface PublishingParts<P> {
  readonly host: Pick<EngineHost<P>, 'retain'>;
  readonly bus: Pick<MessageBus<never, Message>, 'route'>;
  readonly underway: Underway;
}

/** Hands the message to everybody who receives one of the route's destinations. */
export function handOver<P>(
  { bus }: PublishingParts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): void {
  void bus.route(route.destinations).publish(new Message(payload, qos));
}

/** Resolves when the message is durable: at once, unless its topic is retained. */
export function store<P>(
  { host, underway }: PublishingParts<P>,
  route: PublishRoute,
  payload: Buffer,
): Promise<void> {
  const stored = async () => {
    if (route.retainAs) await host.retain(route.retainAs, payload);
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
  if (route.retainAs) await store(parts, route, payload);
  handOver(parts, route, payload, qos);
}
