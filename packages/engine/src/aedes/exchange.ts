import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { EngineHost, PublishRoute, Qos } from '../port.ts';
import { Router } from '../routing/index.ts';

/** Whoever is sent messages. */
export interface Receiver {
  deliver(topic: string, payload: Buffer, qos: Qos): void;
}

/** Where publications meet subscriptions. */
export class Exchange<Subscriber extends Receiver> {
  readonly router = new Router<Subscriber>();
  readonly #store: EngineHost<never>['store'];
  readonly #underway = new Set<Promise<unknown>>();

  constructor(store: EngineHost<never>['store']) {
    this.#store = store;
  }

  /**
   * Hands the message to every receiver of the route, at once. The answer, if there is one, resolves when the message is
   * durable, and rejects when it could not be made so.
   */
  publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void> | undefined {
    for (const { space, topic } of route.destinations) {
      const { atQos0, atQos1 } = this.router.receivers(space, topic);
      for (const receiver of atQos0) receiver.deliver(topic, payload, 0);
      for (const receiver of atQos1) receiver.deliver(topic, payload, qos);
    }
    return route.permanent && this.track(this.#store(route.permanent, payload));
  }

  /** Makes `settled` wait for `work`, which leads to a publication. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#underway.add(work);
    const done = () => this.#underway.delete(work);
    work.then(done, done);
    return work;
  }

  /** Resolves when nothing is being stored any more, whatever became of it. */
  async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#underway);
      await turnOfEventLoop();
    } while (this.#underway.size > 0);
  }
}
