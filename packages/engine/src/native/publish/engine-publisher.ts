import type { EngineHost, PublishRoute, Qos, Will } from '../../port.ts';
import { handedOver, type MessageBus } from '../../routing/index.ts';
import { OutgoingMessage } from '../messages/outgoing-message.ts';
import type { Tick } from '../timing/tick.ts';

/** Publishes messages that came on no connection: the host's, and wills. */
export class EnginePublisher<P> {
  readonly #host: Pick<EngineHost<P>, 'route' | 'retain' | 'record'>;
  readonly #bus: Pick<MessageBus<never, OutgoingMessage>, 'route'>;
  readonly #tick: Tick;

  constructor(
    host: Pick<EngineHost<P>, 'route' | 'retain' | 'record'>,
    bus: Pick<MessageBus<never, OutgoingMessage>, 'route'>,
    tick: Tick,
  ) {
    this.#host = host;
    this.#bus = bus;
    this.#tick = tick;
  }

  /**
   * Resolves when the message is durable, if retained, and in all queues. Does not record it in the logs that the route taps:
   * several engines may publish it, and only the one that accepted it records it.
   */
  async publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    const version = route.retainAs && (await this.#host.retain(route.retainAs, payload));
    const message = new OutgoingMessage(this.#tick, payload, 0, payload.length, qos, false);
    if (route.retainAs && typeof version === 'number') message.retainedAs = { ...route.retainAs, version };
    await handedOver(this.#bus.route(route.destinations).publish(message));
  }

  /**
   * Publishes a will [MQTT-3.1.2-8], if its client may still publish there: rights may have been revoked since CONNECT. It
   * waits until the current packet has been handled, since the very delivery that ends a session may cause a will.
   */
  async publishWill(principal: P, will: Will): Promise<void> {
    await Promise.resolve();
    const route = await this.#host.route(principal, will.topic);
    if (!route) return;
    await this.publish(route, will.payload, will.qos);
    if (route.taps) await this.#host.record?.(principal, route.taps, will.payload, will.qos);
  }
}
