export interface ConnectionLimits {
  /** Connections at the same time, of everybody together: what the machine's memory and file handles carry. */
  readonly maxConnections: number;
  /** Of these from one address, so that one host (or one office behind a router) cannot take them all. */
  readonly maxConnectionsPerAddress: number;
}

export type LimitReached = 'total connections' | 'connections of the address';

/** Counts open connections, from the accept on: those that never authenticate cost a place too. */
export class ConnectionLimiter {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#total;
  }

  /** Takes a place, or tells that the limit is reached and takes none. */
  admit(): LimitReached | undefined {
    if (this.#total >= this.#limits.maxConnections) return 'total connections';
    this.#total++;
    return undefined;
  }

  /** Takes a place of the client's address, once it is known; behind a proxy that is later. */
  admitAddress(address: string): LimitReached | undefined {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (ofAddress >= this.#limits.maxConnectionsPerAddress) return 'connections of the address';
    this.#byAddress.set(address, ofAddress + 1);
    return undefined;
  }

  /** Gives back a place that `admit` took, and that of the address, if `admitAddress` took one; once for each. */
  release(address: string | undefined): void {
    this.#total--;
    if (address === undefined) return;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
