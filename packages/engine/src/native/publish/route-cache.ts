import type { BranchRoute } from './branch-route.ts';
import type { Plan, TopicPlan } from './plan.ts';
import { standsAt } from './stands-at.ts';

/** Routes that one connection may keep whatever others do. */
const ownPlans = 16;
/** Branches that one connection may keep: a device has its events and those of its registry. */
const ownBranches = 2;

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
 * that begin alike may share a branch. A back end that writes to thousands of others keeps them all, as long as the
 * engine's budget lasts; then routes are asked for again.
 */
export class RouteCache {
  readonly #budget: RouteBudget;
  #last: TopicPlan | undefined;
  /** Every route, once there are two. */
  #plans: Map<string, TopicPlan> | undefined;
  /** Routes of topics that begin alike, the latest first. */
  #branches: BranchRoute[] | undefined;

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
    return topicBytes.length === end - start && standsAt(bytes, start, topicBytes) ? plan : undefined;
  }

  /** The plan of a topic that need not have been there before, if it is one of a known branch. */
  findInBranch(bytes: Buffer, start: number, end: number): Plan | undefined {
    if (this.#branches === undefined) return undefined;
    for (const branch of this.#branches) {
      const plan = branch.isStale ? undefined : branch.find(bytes, start, end);
      if (plan) return plan;
    }
    return undefined;
  }

  /** Takes the place of a branch that begins alike: one that is stale, or could not tell of the topic that was asked for. */
  addBranch(branch: BranchRoute): void {
    const others = this.#branches?.filter(({ beginning }) => beginning !== branch.beginning) ?? [];
    this.#branches = [branch, ...others].slice(0, ownBranches);
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
    this.#branches = undefined;
  }
}
