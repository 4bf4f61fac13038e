import type { RouteBasis } from '@iotcore/engine';
import type { DeviceFacts } from '@iotcore/model';
import { LruMap } from '@iotcore/process';
import type { Mark, RecentChanges } from '../caching/recent-changes.ts';
import type { Tenant } from '../tenants/tenant.ts';

export interface KnownDevice {
  readonly facts: DeviceFacts;
  /** Goes stale with the facts; whatever was derived from them hangs on it. */
  readonly basis: RouteBasis;
}

/** Every device of a large node with its aliases, at some 500 bytes each. */
const capacity = 100_000;
/** A topic for each device of a large node, written with an alias, at some 150 bytes each. */
const aliasTopicCapacity = 100_000;

/** On whose behalf something is looked up. */
export type Asker = Pick<Tenant, 'key' | 'lookUp'>;

/** The devices that routes and grants need to know, looked up once and kept until they change. */
export class DeviceDirectory {
  readonly #known = new LruMap<string, KnownDevice>(capacity, ({ basis }) => expire(basis));
  readonly #aliasOwners = new LruMap<string, KnownDevice>(aliasTopicCapacity);
  readonly #changes: RecentChanges;
  readonly #load: (id: string, asker: string) => Promise<DeviceFacts | undefined>;

  constructor(changes: RecentChanges, load: (id: string, asker: string) => Promise<DeviceFacts | undefined>) {
    this.#changes = changes;
    this.#load = load;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The device, if it exists; at once if it is known. @throws TooManyLookupsError */
  get(id: string, asker: Asker): KnownDevice | undefined | Promise<KnownDevice | undefined> {
    return this.#known.get(id) ?? asker.lookUp(() => this.#look(id, asker));
  }

  /** The device of the registry whose alias stands at the beginning of a topic, if that is known. */
  aliasOwner(registryId: string, written: string): KnownDevice | undefined {
    const owner = this.#aliasOwners.get(`${registryId} ${written}`);
    return owner?.basis.stale ? undefined : owner;
  }

  /**
   * Keeps the owner for the next time. It holds as long as the device's own aliases do: none of a registry's aliases is the
   * beginning of another, so while this device has its alias, no other device has one that fits the same topic.
   */
  keepAliasOwner(written: string, owner: KnownDevice): void {
    this.#aliasOwners.set(`${owner.facts.registryId} ${written}`, owner);
  }

  /** What is known of the device holds no more. */
  forget(id: string): void {
    const known = this.#known.take(id);
    if (known) expire(known.basis);
  }

  /** What was derived from devices of these registries holds no more; what is known of the devices does. */
  renewBases(registryIds: ReadonlySet<string>): void {
    const touched = [...this.#known.values()].filter(({ facts }) => registryIds.has(facts.registryId));
    for (const { facts, basis } of touched) {
      expire(basis);
      this.#known.set(facts.id, { facts, basis: { stale: false } });
    }
  }

  clear(): void {
    for (const { basis } of this.#known.values()) expire(basis);
    this.#known.clear();
    this.#aliasOwners.clear();
  }

  /** Keeps what was read of a device after the mark, unless it has changed since. */
  learn(facts: DeviceFacts, since: Mark): KnownDevice {
    const { id } = facts;
    // Somebody else has looked meanwhile: on a second basis would rest what no change makes stale.
    const known = this.#known.get(id);
    if (known) return known;
    const basis = { stale: this.#changes.touchedSince(since, [aliasesKey(id), `device:${id}`]) };
    const learnt = { facts, basis };
    // Changed meanwhile: good for the message that asked, which came before; the next one asks again.
    if (!basis.stale) this.#known.set(id, learnt);
    return learnt;
  }

  async #look(id: string, asker: Asker): Promise<KnownDevice | undefined> {
    const mark = this.#changes.mark();
    const facts = await this.#load(id, asker.key);
    return facts && this.learn(facts, mark);
  }
}

/** The name of a device's aliases as a thing that changes. */
export function aliasesKey(deviceId: string): string {
  return `alias:${deviceId}`;
}

function expire(basis: RouteBasis): void {
  basis.stale = true;
}
