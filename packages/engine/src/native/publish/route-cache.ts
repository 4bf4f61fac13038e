import { equalsAt } from './equals-at.ts';
import type { Plan, TopicPlan } from './plan.ts';
import type { PrefixRoute } from './prefix-route.ts';

/** Routes that one connection may keep whatever others do. */
const ownPlans = 16;
/** Prefix routes that one connection may keep: a device has its events and those of its registry. */
const ownPrefixRoutes = 2;

/** How many routes the connections of an engine keep together; some 500 bytes each. */
export class RouteBudget {
  readonly max: number;
  used = 0;

  constructor(max = 100_000) {
    this.max = max;
  }
}

/**
 * The routes of one connection, by topic. Most publishers write to one topic: the last one is found by its bytes. Topics
 * that begin alike may share a prefixRoute. A back end that writes to thousands of others keeps them all, as long as the
 * engine's budget lasts; then routes are asked for again.
 */
export class RouteCache {
  readonly #budget: RouteBudget;
  #last: TopicPlan | undefined;
  /** Every route, once there are two. */
  #plans: Map<string, TopicPlan> | undefined;
  /** Routes of topics that begin alike, the latest first. */
  #prefixRoutes: PrefixRoute[] | undefined;

  constructor(budget: RouteBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#plans?.size ?? (this.#last ? 1 : 0);
  }

  /** More than one topic has been published to. */
  get isVaried(): boolean {
    return this.#plans !== undefined;
  }

  /** The plan of the last topic, if this is it again. */
  findByBytes(bytes: Buffer, start: number, end: number): Plan | undefined {
    const plan = this.#last;
    if (plan === undefined || plan.basis.stale) return undefined;
    const { topicBytes } = plan;
    return topicBytes.length === end - start && equalsAt(bytes, start, topicBytes) ? plan : undefined;
  }

  /** The plan of a topic that need not have been there before, if it is one of a known prefixRoute. */
  findByPrefix(bytes: Buffer, start: number, end: number): Plan | undefined {
    if (this.#prefixRoutes === undefined) return undefined;
    for (const prefixRoute of this.#prefixRoutes) {
      const plan = prefixRoute.isStale ? undefined : prefixRoute.find(bytes, start, end);
      if (plan) return plan;
    }
    return undefined;
  }

  /** Takes the place of a prefixRoute that begins alike: one that is stale, or could not tell of the topic that was asked for. */
  addPrefixRoute(prefixRoute: PrefixRoute): void {
    const others = this.#prefixRoutes?.filter(({ prefix }) => prefix !== prefixRoute.prefix) ?? [];
    this.#prefixRoutes = [prefixRoute, ...others].slice(0, ownPrefixRoutes);
  }

  find(topic: string): Plan | undefined {
    const plan = this.#plans ? this.#plans.get(topic) : this.#last;
    if (plan?.topic !== topic || plan.basis.stale) return undefined;
    this.#last = plan;
    return plan;
  }

  add(plan: TopicPlan): void {
    if (this.#budget.used >= this.#budget.max && this.size >= ownPlans) this.clear();
    const before = this.size;
    if (this.#last && this.#last.topic !== plan.topic)
      this.#plans ??= new Map([[this.#last.topic, this.#last]]);
    this.#plans?.set(plan.topic, plan);
    this.#last = plan;
    this.#budget.used += this.size - before;
  }

  /** Forgets all, and gives back what it took of the budget. */
  clear(): void {
    this.#budget.used -= this.size;
    this.#last = undefined;
    this.#plans = undefined;
    this.#prefixRoutes = undefined;
  }
}
