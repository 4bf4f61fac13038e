import type { PublishRoute } from '../port.ts';
import type { Address, TopicName } from '../routing/index.ts';

/** A route that the host gave, made ready to be used for one message after the other until its basis is stale. */
export interface Plan {
  readonly topic: string;
  readonly topicBytes: Buffer;
  readonly basis: PublishRoute['basis'];
  readonly permanent: PublishRoute['permanent'];
  readonly addresses: readonly Address[];
  /** The address of the topic's own name, under which a packet can go out as it came. */
  readonly ownName: TopicName | undefined;
}

/** Topics that a connection is known to publish to; with more than that at a time, routes are asked for again. */
const maxPlans = 128;

/** The routes of one connection, by topic. Most publishers write to one topic: the last one is found by its bytes. */
export class RouteCache {
  #last: Plan | undefined;
  #plans: Map<string, Plan> | undefined;

  /** The plan of the last topic, if this is it again. */
  findByBytes(bytes: Buffer, start: number, end: number): Plan | undefined {
    const plan = this.#last;
    if (plan === undefined || plan.basis.stale) return undefined;
    const { topicBytes } = plan;
    if (topicBytes.length !== end - start) return undefined;
    // Back to front: topics of one client differ at the end.
    for (let i = end - 1, j = topicBytes.length - 1; j >= 0; i--, j--) {
      if (bytes[i] !== topicBytes[j]) return undefined;
    }
    return plan;
  }

  find(topic: string): Plan | undefined {
    const plan = this.#plans?.get(topic);
    if (plan === undefined || plan.basis.stale) return undefined;
    this.#last = plan;
    return plan;
  }

  add(plan: Plan): void {
    if (this.#last !== undefined || this.#plans !== undefined) {
      this.#plans ??= new Map();
      if (this.#plans.size >= maxPlans) this.#plans.clear();
      if (this.#last) this.#plans.set(this.#last.topic, this.#last);
      this.#plans.set(plan.topic, plan);
    }
    this.#last = plan;
  }
}
