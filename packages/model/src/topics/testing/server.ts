/**
 * A server made of the model alone, for tests: it looks devices up just as they are asked for, subscribes and publishes
 * in namespaces, and keeps retained messages, as the real one does with an engine and a database.
 */

import { matches } from '../names/syntax.ts';
import type { DeviceFacts, Principal } from '../principal.ts';
import { filterLookup, grantFilter } from '../rights/grant.ts';
import type { DeviceLookup } from '../rights/lookup.ts';
import type { NamespaceFilter } from '../rights/reader-groups.ts';
import { retainedSelections } from '../rights/retained.ts';
import {
  type PermanentTopic,
  routeMonitoring,
  routeTopic,
  type TopicRoute,
  topicLookup,
} from '../rights/route.ts';

/** One copy of a message: its receiver, and the topic name that it came under. */
export interface Copy {
  readonly by: Principal;
  readonly name: string;
}

export class Server {
  readonly #devices: () => readonly DeviceFacts[];
  readonly #subscriptions: { by: Principal; filters: readonly NamespaceFilter[] }[] = [];
  readonly #stored = new Map<string, PermanentTopic>();

  constructor(devices: () => readonly DeviceFacts[]) {
    this.#devices = devices;
  }

  /** The names of the retained messages that the subscription gets at once; undefined: refused. */
  subscribe(by: Principal, filter: string): string[] | undefined {
    const lookup = filterLookup(by, filter);
    const devices = lookup === undefined ? [] : this.#find(lookup);
    const filters = grantFilter(by, filter, devices);
    if (filters === undefined) return undefined;
    this.#subscriptions.push({ by, filters });
    return this.#storedFor(by, filter, devices);
  }

  /** Every copy of the message that somebody gets; undefined: not allowed. */
  publish(by: Principal, topic: string, payload = 'payload'): Copy[] | undefined {
    const lookup = topicLookup(by, topic);
    const route = routeTopic(by, topic, lookup === undefined ? [] : this.#find(lookup));
    if (route === undefined) return undefined;
    if (route.permanent !== undefined) this.#store(route.permanent, payload);
    return this.#deliver(route);
  }

  publishMonitoring(device: DeviceFacts): Copy[] {
    return this.#deliver(routeMonitoring(device));
  }

  #deliver({ destinations }: TopicRoute): Copy[] {
    const clients = new Set(this.#subscriptions.map(({ by }) => by));
    return destinations.flatMap(({ namespace, topic }) =>
      [...clients]
        .filter((client) =>
          this.#subscriptions.some(
            ({ by, filters }) =>
              by === client && filters.some((it) => it.namespace === namespace && matches(it.filter, topic)),
          ),
        )
        .map((by) => ({ by, name: topic })),
    );
  }

  #store(permanent: PermanentTopic, payload: string): void {
    const key = JSON.stringify([permanent.registryId, permanent.topic]);
    if (payload === '') this.#stored.delete(key);
    else this.#stored.set(key, permanent);
  }

  #storedFor(by: Principal, filter: string, devices: readonly DeviceFacts[]): string[] {
    return retainedSelections(by, filter, devices).flatMap(({ registryId, beginning, exact, nameOf }) =>
      [...this.#stored.values()]
        .filter((stored) => stored.registryId === registryId)
        .filter(({ topic }) => (exact ? topic === beginning : topic.startsWith(beginning)))
        .map(({ topic }) => nameOf(topic))
        .filter((name) => name !== undefined),
    );
  }

  #find(lookup: DeviceLookup): DeviceFacts[] {
    if (lookup.by === 'nothing') return [];
    if (lookup.by === 'id') return this.#devices().filter(({ id }) => id === lookup.deviceId);
    const { registryId, candidates, beginning } = lookup;
    const isWanted = (alias: string) =>
      candidates.includes(alias) || (beginning !== undefined && alias.startsWith(beginning));
    return this.#devices().filter(
      (device) => device.registryId === registryId && [...device.aliases.keys()].some(isWanted),
    );
  }
}
