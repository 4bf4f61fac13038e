import type { Transport } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import type { TenantSample } from '@iotcore/store/processes';
import type { Place } from './connection-places.ts';
import type { FleetUsage } from './fleet-usage.ts';
import { type LimitReached, Tenant } from './tenant.ts';
import type { TenantLimit, TenantLimits } from './tenant-limits.ts';

/** Tenants that are kept before the idle ones are dropped, at some 500 bytes each. */
const fewestBeforeSweep = 1024;

/** What a connection that was accepted holds until its transport closes. */
interface Holding {
  readonly tenant: Tenant;
  readonly place: Place;
}

export type Admission =
  | { readonly tenant: Tenant; readonly limit?: undefined }
  | { readonly tenant?: undefined; readonly limit: TenantLimit };

/** The tenants of which something is held in this process, and what each connection holds of its tenant. */
export class Tenants {
  readonly #limits: TenantLimits;
  readonly #reached: LimitReached;
  readonly #now: () => number;
  readonly #tenants = new Map<string, Tenant>();
  readonly #holdings = new WeakMap<Transport, Holding>();
  /** A client may leave while its credentials are checked: it must not be given what nobody would give back. */
  readonly #closed = new WeakSet<Transport>();
  readonly #usage: FleetUsage | undefined;
  #sweepAt = fewestBeforeSweep;

  constructor(
    limits: TenantLimits,
    reached: LimitReached,
    now: () => number = () => performance.now(),
    usage?: FleetUsage,
  ) {
    this.#usage = usage;
    this.#limits = limits;
    this.#reached = reached;
    this.#now = now;
  }

  /** Is anybody's message rate limited at all? */
  get limitRates(): boolean {
    return Object.values(this.#limits.messageRates).some((rate) => rate !== undefined);
  }

  get size(): number {
    return this.#tenants.size;
  }

  /** Those with the most messages, in and out together, since they were made. */
  busiest(most: number): readonly Tenant[] {
    const messages = ({ traffic }: Tenant) => traffic.messagesIn + traffic.messagesOut;
    return [...this.#tenants.values()].sort((a, b) => messages(b) - messages(a)).slice(0, most);
  }

  /** The tenant that a principal belongs to. */
  of(principal: Principal): Tenant {
    return principal.kind === 'device'
      ? this.ofRegistry(principal.registryId)
      : this.#find(`${principal.kind}:${principal.id}`);
  }

  ofRegistry(registryId: string): Tenant {
    return this.#find(`registry:${registryId}`);
  }

  /** Takes a place for a connection of the principal, held until `closed`; or tells which limit is reached. Once for each transport. */
  admit(transport: Transport, principal: Principal, clientId: string): Admission {
    const tenant = this.of(principal);
    if (this.#closed.has(transport)) return { tenant };
    const place = { principal, clientId };
    const limit = tenant.takePlace(place);
    if (limit !== undefined) return { limit };
    this.#holdings.set(transport, { tenant, place });
    return { tenant };
  }

  /** The transport has closed: its place is given back, if it has one or was about to get one. */
  closed(transport: Transport): void {
    this.#closed.add(transport);
    const holding = this.#holdings.get(transport);
    if (!holding) return;
    this.#holdings.delete(transport);
    holding.tenant.givePlace(holding.place);
  }

  /** What each tenant did since the last call; those that did nothing, and have as many connections, are mostly left out. */
  takeActivity(): TenantSample[] {
    const nowMs = this.#now();
    return [...this.#tenants.values()].flatMap((tenant) => {
      const activity = tenant.activity.take(tenant.connections, nowMs);
      const [kind, id = ''] = tenant.key.split(':');
      return activity ? [{ kind: kind === 'registry' ? 'registry' : 'broker', id, ...activity }] : [];
    });
  }

  /** The registry or broker of this ID was deleted: what it did is not told of the next owner of the ID. */
  gone(id: string): void {
    for (const kind of ['registry', 'broker']) this.#tenants.get(`${kind}:${id}`)?.countAnew();
  }

  /** Forgets the tenants of which nothing is held, and nothing is to be told. */
  sweep(): void {
    for (const [key, tenant] of this.#tenants) if (tenant.isIdle) this.#tenants.delete(key);
    this.#sweepAt = Math.max(fewestBeforeSweep, 2 * this.#tenants.size);
  }

  #find(key: string): Tenant {
    const known = this.#tenants.get(key);
    if (known) return known;
    // Each time the number has doubled: so a look-up costs the same, whatever the number.
    if (this.#tenants.size >= this.#sweepAt) this.sweep();
    const tenant = new Tenant(key, this.#limits, this.#reached, this.#now, this.#usage);
    this.#tenants.set(key, tenant);
    return tenant;
  }
}
