import type { EngineHost, PublishRoute, Qos, Will } from '../../port.ts';
import { handedOver, type MessageBus } from '../../routing/index.ts';
import { OutgoingMessage } from '../messages/outgoing-message.ts';
import type { Tick } from '../timing/tick.ts';

export interface PublicationParts<P> {
  readonly host: Pick<EngineHost<P>, 'route' | 'retain' | 'record'>;
  readonly bus: Pick<MessageBus<never, OutgoingMessage>, 'route'>;
  readonly tick: Tick;
}

/**
 * Publishes a message that came on no connection; resolves when it is durable, if retained, and in all queues. Does not
 * record it in the logs that the route taps: several engines may publish it, and only the one that accepted it records it.
 */
export async function publishOn<P>(
  parts: PublicationParts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): Promise<void> {
  const version = route.retainAs && (await parts.host.retain(route.retainAs, payload));
  const message = new OutgoingMessage(parts.tick, payload, 0, payload.length, qos, false);
  if (route.retainAs && typeof version === 'number') message.retainedAs = { ...route.retainAs, version };
  await handedOver(parts.bus.route(route.destinations).publish(message));
}

/**
 * Publishes a will [MQTT-3.1.2-8], if its client may still publish there: rights may have been revoked since CONNECT. It
 * waits until the current packet has been handled, since the very delivery that ends a session may cause a will.
 */
export async function publishWill<P>(parts: PublicationParts<P>, principal: P, will: Will): Promise<void> {
  await Promise.resolve();
  const route = await parts.host.route(principal, will.topic);
  if (!route) return;
  await publishOn(parts, route, will.payload, will.qos);
  if (route.taps) await parts.host.record?.(principal, route.taps, will.payload, will.qos);
}
