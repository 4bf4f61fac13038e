import type { TenantBudget } from '../../port.ts';
import type { ByteBudget } from '../buffers/byte-budget.ts';

/** This much may wait in a session without its being closed for what waits in others: two of the largest payloads. */
const shareBytes = 524_288;

/**
 * What waits for one session, in its queue and for its blocked socket. It is charged to its tenant's budget, and to that of all sessions
 * together: each has its own bound, but without a common one a thousand readers that have stopped would fill the memory of the
 * process. All that was charged is given back.
 */
export class WaitingAccount {
  readonly #all: ByteBudget;
  readonly #tenant: TenantBudget | undefined;

  constructor(all: ByteBudget, tenant: TenantBudget | undefined) {
    this.#all = all;
    this.#tenant = tenant;
  }

  /** False: the tenant's budget is used up, and nothing was taken. */
  take(bytes: number): boolean {
    if (this.#tenant?.takeWaitingBytes(bytes) === false) return false;
    this.#all.overdraw(bytes);
    return true;
  }

  give(bytes: number): void {
    if (bytes === 0) return;
    this.#all.give(bytes);
    this.#tenant?.giveWaitingBytes(bytes);
  }

  /** More waits than may, and this session, in which so many bytes wait, is one of those that make it so. */
  mustGo(sessionBytes: number): boolean {
    return this.#all.isOverdrawn && sessionBytes > shareBytes;
  }
}
