import type { Principal } from '@iotcore/model';
import type { TenantLimit, TenantLimits } from './tenant-limits.ts';

/** A place that a connection holds. */
export interface Place {
  readonly principal: Principal;
  readonly clientId: string;
}

/**
 * Counts the connections of one tenant. Connections of one principal with the same client ID hold one place together, since
 * the newer takes over the older: a client that comes back before its old connection was found dead is never refused for it.
 */
export class ConnectionPlaces {
  readonly #limits: Pick<TenantLimits, 'maxConnections' | 'maxConnectionsPerPrincipal'>;
  /** Connections by principal and client ID. */
  readonly #byClient = new Map<string, number>();
  /** Client IDs by principal. */
  readonly #byPrincipal = new Map<string, number>();

  constructor(limits: Pick<TenantLimits, 'maxConnections' | 'maxConnectionsPerPrincipal'>) {
    this.#limits = limits;
  }

  /** Places that are held; each is counted once, whatever the number of connections that share it. */
  get size(): number {
    return this.#byClient.size;
  }

  /** Takes a place, or tells which limit is reached and takes none. */
  take(place: Place): TenantLimit | undefined {
    const { client, principal } = keysOf(place);
    if (!this.#byClient.has(client)) {
      // All clients of a broker are the broker: for them the tenant's limit is the only one.
      const ofPrincipal = place.principal.kind === 'broker' ? 0 : (this.#byPrincipal.get(principal) ?? 0);
      if (ofPrincipal >= this.#limits.maxConnectionsPerPrincipal) return 'connections_per_principal';
      if (this.size >= this.#limits.maxConnections) return 'connections';
      add(this.#byPrincipal, principal, 1);
    }
    add(this.#byClient, client, 1);
    return undefined;
  }

  /** Gives back what `take` took; once for each. */
  giveBack(place: Place): void {
    const { client, principal } = keysOf(place);
    add(this.#byClient, client, -1);
    if (!this.#byClient.has(client)) add(this.#byPrincipal, principal, -1);
  }
}

/** No kind and no ID holds a space or a colon; a client ID may hold anything, and stands last. */
function keysOf({ principal: { kind, id }, clientId }: Place) {
  const principal = `${kind}:${id}`;
  return { principal, client: `${principal} ${clientId}` };
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
