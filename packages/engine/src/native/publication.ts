import type { PublishRoute, Qos, Will } from '../port.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { EngineParts } from './parts.ts';

/** Publishes a message that came on no connection; resolves when it is durable, if permanent, and in all queues. */
export async function publishOn<P>(
  parts: EngineParts<P>,
  route: PublishRoute,
  payload: Buffer,
  qos: Qos,
): Promise<void> {
  if (route.permanent) await parts.host.store(route.permanent, payload);
  const message = new OutgoingMessage(parts.turn, payload, 0, payload.length, qos, false);
  parts.exchange.publish(parts.exchange.address(route.destinations), message);
}

/**
 * Publishes a will [MQTT-3.1.2-8], if its sender may still publish there: rights may have gone since CONNECT. Not before
 * the current packet has been dealt with, since a will may be fired by the very delivery that ends a session.
 */
export async function publishWill<P>(parts: EngineParts<P>, principal: P, will: Will): Promise<void> {
  await Promise.resolve();
  const route = await parts.host.route(principal, will.topic);
  if (route) await publishOn(parts, route, will.payload, will.qos);
}
