import type { Transport } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';

export interface ConnectionQuotaLimits {
  /** Of one device, or of one registry itself: a stolen password must not take the places of a whole fleet. */
  readonly maxPerPrincipal: number;
  /** Of one registry with its devices, or of one broker: a tenant must leave places to the others. */
  readonly maxPerTenant: number;
}

export type QuotaReached = 'connections of the principal' | 'connections of the tenant';

/** A connection that holds a place. */
interface Place {
  readonly principal: Principal;
  readonly clientId: string;
}

/**
 * Counts connections of those who proved who they are, from their verdict until their socket closes. Connections of one
 * principal with the same client ID hold one place together, since the newer takes over the older: who comes back before
 * its old connection was found dead is never refused for it.
 */
export class ConnectionQuotas {
  readonly #limits: ConnectionQuotaLimits;
  readonly #places = new WeakMap<Transport, Place>();
  /** Connections by principal and client ID. */
  readonly #byClient = new Map<string, number>();
  /** Client IDs by principal, and by tenant. */
  readonly #byPrincipal = new Map<string, number>();
  readonly #byTenant = new Map<string, number>();

  constructor(limits: ConnectionQuotaLimits) {
    this.#limits = limits;
  }

  /** Takes a place for the connection, or tells which limit is reached and takes none. Once for each connection. */
  take(transport: Transport, principal: Principal, clientId: string): QuotaReached | undefined {
    const place = { principal, clientId };
    const { client, owner, tenant } = keysOf(place);
    if (!this.#byClient.has(client)) {
      // All clients of a broker are the broker: for them the tenant's limit is the only one.
      const ofPrincipal = principal.kind === 'broker' ? 0 : (this.#byPrincipal.get(owner) ?? 0);
      if (ofPrincipal >= this.#limits.maxPerPrincipal) return 'connections of the principal';
      if ((this.#byTenant.get(tenant) ?? 0) >= this.#limits.maxPerTenant) return 'connections of the tenant';
      add(this.#byPrincipal, owner, 1);
      add(this.#byTenant, tenant, 1);
    }
    add(this.#byClient, client, 1);
    this.#places.set(transport, place);
    return undefined;
  }

  /** The connection has closed: gives its place back, if it had one. */
  leave(transport: Transport): void {
    const place = this.#places.get(transport);
    if (!place) return;
    this.#places.delete(transport);
    const { client, owner, tenant } = keysOf(place);
    add(this.#byClient, client, -1);
    if (this.#byClient.has(client)) return;
    add(this.#byPrincipal, owner, -1);
    add(this.#byTenant, tenant, -1);
  }
}

/** No kind and no ID holds a space or a colon; a client ID may hold anything, and stands last. */
function keysOf({ principal, clientId }: Place) {
  const owner = `${principal.kind}:${principal.id}`;
  const tenant = principal.kind === 'device' ? `registry:${principal.registryId}` : owner;
  return { client: `${owner} ${clientId}`, owner, tenant };
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
