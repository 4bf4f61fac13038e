/** Requests that clients of a small fixture might make, for property tests: mostly such that are allowed. */
import fc from 'fast-check';
import { fullTopics, type membersOf, topicNames, wildcards } from './fixture.ts';
import type { Oracle } from './oracle.ts';

export type Client = ReturnType<typeof membersOf>[number];

/**
 * A topic of a small pool, so that publications meet subscriptions, mostly by a client that may, and under one of the
 * names that the topic has for it; or else by anybody, or anything.
 */
const requestSeed = fc.record({
  who: fc.nat(),
  anybody: fc.oneof(fc.constant(false), fc.constant(false), fc.boolean()),
  topic: fc.nat(),
  name: fc.nat(),
  anything: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: topicNames }),
  replaceLevels: wildcards,
});
type RequestSeed = typeof requestSeed extends fc.Arbitrary<infer T> ? T : never;

export const topicPools = fc.array(fullTopics, { minLength: 1, maxLength: 3 });
export const oneRequest = requestSeed;
export const someRequests = fc.array(requestSeed, { minLength: 1, maxLength: 8 });

/** Makes of a seed the client and the topic or filter that it writes. */
export class RequestMaker {
  readonly #oracle: Oracle;
  readonly #members: readonly Client[];
  readonly #pool: readonly string[];

  constructor(oracle: Oracle, members: readonly Client[], pool: readonly string[]) {
    this.#oracle = oracle;
    this.#members = members;
    this.#pool = pool;
  }

  publication(it: RequestSeed): { by: Client; topic: string } {
    const { by, written } = this.#attempt(it, (client, full) => this.#oracle.mayPublish(client, full));
    return { by, topic: written };
  }

  subscription(it: RequestSeed): { by: Client; filter: string } {
    const { by, written } = this.#attempt(it, (client, full) => this.#oracle.mayHear(client, full));
    return { by, filter: it.replaceLevels(written) };
  }

  #attempt(
    it: RequestSeed,
    mayDo: (client: Client, full: string) => boolean,
  ): { by: Client; written: string } {
    const full = pick(this.#pool, it.topic);
    const allowed = this.#members.filter((client) => mayDo(client, full));
    const by = pick(it.anybody || allowed.length === 0 ? this.#members : allowed, it.who);
    return { by, written: it.anything ?? pick(this.#oracle.names(by, full), it.name) };
  }
}

function pick<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}
