import type { TenantBudget } from '../../port.ts';

/** This much may wait in a session without its being closed for what waits in others: two of the largest payloads. */
const shareBytes = 524_288;

/**
 * Bytes that wait in all sessions together, in their queues and for blocked sockets. Each session has its own bound; without
 * a common one, a thousand readers that have stopped would fill the memory of the process.
 */
export class WaitingBytes {
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  changed(bytes: number): void {
    this.#bytes += bytes;
  }

  /** More waits than may, and this session is one of those that make it so. */
  mustGo(sessionBytes: number): boolean {
    return this.#bytes > this.#mostBytes && sessionBytes > shareBytes;
  }
}

/** What waits for one session, charged to the engine's bound and to its tenant's budget; all that was charged is given back. */
export class WaitingAccount {
  readonly #all: WaitingBytes;
  readonly #tenant: TenantBudget | undefined;

  constructor(all: WaitingBytes, tenant: TenantBudget | undefined) {
    this.#all = all;
    this.#tenant = tenant;
  }

  /** False: the tenant's budget is used up, and nothing was taken. */
  take(bytes: number): boolean {
    if (this.#tenant?.takeWaitingBytes(bytes) === false) return false;
    this.#all.changed(bytes);
    return true;
  }

  give(bytes: number): void {
    if (bytes === 0) return;
    this.#all.changed(-bytes);
    this.#tenant?.giveWaitingBytes(bytes);
  }

  mustGo(sessionBytes: number): boolean {
    return this.#all.mustGo(sessionBytes);
  }
}
