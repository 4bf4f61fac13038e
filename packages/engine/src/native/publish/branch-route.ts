/** A route for all topics that begin alike, made ready to be used for one message after the other until it is stale. */
import { type CodecLimits, isPlainTopicEnd } from '../../codec/index.ts';
import type { OpenEnd, PublishRoute } from '../../port.ts';
import type { Branch, Exchange } from '../../routing/index.ts';
import type { Plan } from './plan.ts';
import { standsAt } from './stands-at.ts';

export class BranchRoute {
  /** What its topics have in common, with the slash at the end. */
  readonly beginning: string;
  readonly #beginningBytes: Buffer;
  readonly #maxEndBytes: number;
  /** Levels that the end may have. */
  readonly #maxEndLevels: number;
  readonly #basis: PublishRoute['basis'];
  readonly #branch: Branch;

  private constructor(
    topic: string,
    { from, maxBytes }: OpenEnd,
    basis: PublishRoute['basis'],
    branch: Branch,
    limits: CodecLimits,
  ) {
    this.beginning = topic.slice(0, from);
    this.#beginningBytes = Buffer.from(this.beginning);
    this.#maxEndBytes = Math.min(maxBytes, limits.maxTopicBytes - this.#beginningBytes.length);
    this.#maxEndLevels = limits.maxTopicLevels - this.beginning.split('/').length + 1;
    this.#basis = basis;
    this.#branch = branch;
  }

  /** Undefined if who hears the topic depends on its end, or the route does. */
  static of(
    topic: string,
    { openEnd, destinations, basis }: PublishRoute,
    exchange: Pick<Exchange<never, never>, 'branch'>,
    limits: CodecLimits,
  ): BranchRoute | undefined {
    if (openEnd === undefined) return undefined;
    const endLength = topic.length - openEnd.from;
    const branch = exchange.branch(
      destinations.map(({ space, topic: name }) => ({
        space,
        topic: name.slice(0, name.length - endLength),
      })),
    );
    return branch && new BranchRoute(topic, openEnd, basis, branch, limits);
  }

  get isStale(): boolean {
    return this.#basis.stale;
  }

  /** The plan for the topic at [start, end), if it is one of the branch. */
  find(bytes: Buffer, start: number, end: number): Plan | undefined {
    const endStart = start + this.#beginningBytes.length;
    const endBytes = end - endStart;
    if (endBytes < 0 || endBytes > this.#maxEndBytes) return undefined;
    if (!standsAt(bytes, start, this.#beginningBytes)) return undefined;
    if (!isPlainTopicEnd(bytes, endStart, end, this.#maxEndLevels)) return undefined;
    const addresses = this.#branch.addresses(bytes, endStart, end);
    if (addresses === undefined) return undefined;
    const ownName = addresses.find(({ beginning }) => beginning === this.beginning);
    return { permanent: undefined, addresses, ownName };
  }
}
