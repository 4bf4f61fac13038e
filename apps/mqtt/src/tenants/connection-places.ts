import type { Principal } from '@iotcore/model';
import type { SharedCount } from './message-rate.ts';
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
  readonly #shared: SharedCount | undefined;

  constructor(
    limits: Pick<TenantLimits, 'maxConnections' | 'maxConnectionsPerPrincipal'>,
    shared?: SharedCount,
  ) {
    this.#limits = limits;
    this.#shared = shared;
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
      const ofPrincipal = this.#byPrincipal.get(principal) ?? 0;
      // The first of a principal on a node is let in whatever the others say: it may take over from one of theirs.
      const elsewhere = ofPrincipal === 0 ? 0 : this.#heldByOthers(principal);
      const { maxConnectionsPerPrincipal, maxConnections } = this.#limits;
      if (place.principal.kind !== 'broker' && ofPrincipal + elsewhere >= maxConnectionsPerPrincipal)
        return 'connections_per_principal';
      if (this.size + this.#heldByOthers('') >= maxConnections) return 'connections';
      add(this.#byPrincipal, principal, 1);
    }
    add(this.#byClient, client, 1);
    this.#tell(place, principal);
    return undefined;
  }

  #heldByOthers(principal: string): number {
    return this.#shared?.usage.heldByOthers(this.#keyOf(principal)) ?? 0;
  }

  #tell({ principal: { kind } }: Place, principal: string): void {
    if (this.#shared === undefined) return;
    const { usage } = this.#shared;
    const { maxConnections, maxConnectionsPerPrincipal } = this.#limits;
    usage.holds(this.#keyOf(''), this.size, maxConnections);
    if (kind === 'broker') return;
    usage.holds(this.#keyOf(principal), this.#byPrincipal.get(principal) ?? 0, maxConnectionsPerPrincipal);
  }

  /** Of the whole tenant, or of one principal, among all nodes. */
  #keyOf(principal: string): string {
    return `sessions ${this.#shared?.tenant} ${principal}`;
  }

  /** Gives back what `take` took; once for each. */
  giveBack(place: Place): void {
    const { client, principal } = keysOf(place);
    add(this.#byClient, client, -1);
    if (!this.#byClient.has(client)) add(this.#byPrincipal, principal, -1);
    this.#tell(place, principal);
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
