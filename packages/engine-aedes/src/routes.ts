import type { PublishRoute } from '@iotcore/engine';

/** More topics than a device ever publishes to; a gateway that uses more asks again now and then. */
const maxRoutes = 256;

/** Where the topics of one connection lead, so that the host is asked once for each until it says that the answer is stale. */
export class Routes {
  readonly #ask: (topic: string) => PublishRoute | undefined | Promise<PublishRoute | undefined>;
  readonly #byTopic = new Map<string, PublishRoute>();

  constructor(ask: (topic: string) => PublishRoute | undefined | Promise<PublishRoute | undefined>) {
    this.#ask = ask;
  }

  of(topic: string): PublishRoute | undefined | Promise<PublishRoute | undefined> {
    const known = this.#byTopic.get(topic);
    if (known && !known.basis.stale) return known;
    const answer = this.#ask(topic);
    return answer instanceof Promise
      ? answer.then((route) => this.#keep(topic, route))
      : this.#keep(topic, answer);
  }

  #keep(topic: string, route: PublishRoute | undefined): PublishRoute | undefined {
    this.#byTopic.delete(topic);
    if (!route) return undefined;
    if (this.#byTopic.size >= maxRoutes) this.#byTopic.clear();
    this.#byTopic.set(topic, route);
    return route;
  }
}
