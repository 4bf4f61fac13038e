import { addressBlock } from '@iotcore/model';

export interface ConnectionLimits {
  /** Connections at the same time, of everybody together: what the machine's memory and file handles carry. */
  readonly maxConnections: number;
  /** Of these from one address (of IPv6: one /64), so that one host (or one office behind a router) cannot take them all. */
  readonly maxConnectionsPerAddress: number;
}

export type LimitReached = 'total connections' | 'connections of the address';

/** Counts open connections, from the accept on: those that never authenticate cost a place too. */
export class ConnectionLimiter {
  readonly #limits: ConnectionLimits;
  readonly #byBlock = new Map<string, number>();
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
    const block = addressBlock(address);
    const ofBlock = this.#byBlock.get(block) ?? 0;
    if (ofBlock >= this.#limits.maxConnectionsPerAddress) return 'connections of the address';
    this.#byBlock.set(block, ofBlock + 1);
    return undefined;
  }

  /** Gives back a place that `admit` took, and that of the address, if `admitAddress` took one; once for each. */
  release(address: string | undefined): void {
    this.#total--;
    if (address === undefined) return;
    const block = addressBlock(address);
    const left = (this.#byBlock.get(block) ?? 0) - 1;
    if (left > 0) this.#byBlock.set(block, left);
    else this.#byBlock.delete(block);
  }
}
