import type { EngineHost, PublishRoute, Qos } from '@iotcore/engine';
import type { MessageBus } from '@iotcore/engine/routing';
import type { HostWork } from './host-work.ts';
import { Message } from './message.ts';

/** Stores and hands over the messages of one engine, whoever they came from. */
export class EnginePublisher<P> {
  readonly #host: Pick<EngineHost<P>, 'retain'>;
  readonly #bus: Pick<MessageBus<never, Message>, 'route'>;
  readonly #hostWork: HostWork;

  constructor(
    host: Pick<EngineHost<P>, 'retain'>,
    bus: Pick<MessageBus<never, Message>, 'route'>,
    hostWork: HostWork,
  ) {
    this.#host = host;
    this.#bus = bus;
    this.#hostWork = hostWork;
  }

  /** Hands the message to everybody who receives one of the route's destinations. */
  handOver(route: PublishRoute, payload: Buffer, qos: Qos): void {
    void this.#bus.route(route.destinations).publish(new Message(payload, qos));
  }

  /** Resolves when the message is durable: at once, unless its topic is retained. */
  store(route: PublishRoute, payload: Buffer): Promise<void> {
    const stored = async () => {
      if (route.retainAs) await this.#host.retain(route.retainAs, payload);
    };
    return this.#hostWork.track(stored());
  }

  /** Makes the message durable if it must be, then hands it over. Rejects, and hands over nothing, if it is not durable. */
  async publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> {
    if (route.retainAs) await this.store(route, payload);
    this.handOver(route, payload, qos);
  }
}
