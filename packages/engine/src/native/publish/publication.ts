import type { EngineHost, PublishRoute, Qos, Will } from '../../port.ts';
import type { Exchange } from '../../routing/index.ts';
import { OutgoingMessage } from '../deliver/outgoing-message.ts';
import type { Turn } from '../io/turn.ts';

export interface PublicationParts<P> {
  readonly host: Pick<EngineHost<P>, 'route' | 'store'>;
  readonly exchange: Pick<Exchange<never, OutgoingMessage>, 'address' | 'publish'>;
  readonly turn: Turn;
}

/** Publishes a message that came on no connection; resolves when it is durable, if permanent, and in all queues. */
export async function publishOn<P>(
  parts: PublicationParts<P>,
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
export async function publishWill<P>(parts: PublicationParts<P>, principal: P, will: Will): Promise<void> {
  await Promise.resolve();
  const route = await parts.host.route(principal, will.topic);
  if (route) await publishOn(parts, route, will.payload, will.qos);
}
