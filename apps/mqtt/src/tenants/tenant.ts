import type { TenantBudget, Traffic } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import { ConnectionPlaces, type Place } from './connection-places.ts';
import type { FleetUsage } from './fleet-usage.ts';
import { MessageRate } from './message-rate.ts';
import { Slots } from './slots.ts';
import { TenantActivity } from './tenant-activity.ts';
import type { TenantLimit, TenantLimits } from './tenant-limits.ts';

/** Told when a tenant reaches one of its limits. */
export type LimitReached = (limit: TenantLimit, tenant: string) => void;

/** More is looked up at the same time for one tenant than it may have. */
export class TooManyLookupsError extends Error {
  override readonly name = 'TooManyLookupsError';
}

/**
 * A registry with its devices, or a broker: everything that is counted of it in this process. What is taken here is given
 * back here, once, by the code that took it; a tenant of which nothing is held may be forgotten.
 */
export class Tenant implements TenantBudget {
  /** `registry:…` or `broker:…`. */
  readonly key: string;
  #activity = new TenantActivity();
  readonly #limits: TenantLimits;
  readonly #reached: LimitReached;
  readonly #now: () => number;
  readonly #places: ConnectionPlaces;
  readonly #rate: MessageRate;
  readonly #retainedReaders: Slots;
  #waitingBytes = 0;
  #subscriptionBytes = 0;
  #unstoredBytes = 0;
  #pendingLookups = 0;
  #limitsReached = 0;

  /** `usage`: what of it all nodes of a cluster count together. */
  constructor(
    key: string,
    limits: TenantLimits,
    reached: LimitReached,
    now: () => number,
    usage?: FleetUsage,
  ) {
    this.key = key;
    this.#limits = limits;
    this.#reached = reached;
    this.#now = now;
    const shared = usage && { tenant: key, usage };
    this.#places = new ConnectionPlaces(limits, shared);
    this.#rate = new MessageRate(limits.messageRates, limits.messageRateWindowMs, shared);
    this.#retainedReaders = new Slots(limits.maxRetainedReaders);
  }

  /** Takes a place for a connection, or tells which limit is reached and takes none. */
  takePlace(place: Place): TenantLimit | undefined {
    const limit = this.#places.take(place);
    if (limit !== undefined) this.#refuse(limit);
    return limit;
  }

  givePlace(place: Place): void {
    this.#places.giveBack(place);
  }

  get activity(): TenantActivity {
    return this.#activity;
  }

  get traffic(): Traffic {
    return this.#activity.traffic;
  }

  /** What was counted is another's that had the ID before. Sessions that are open count where nobody looks. */
  countAnew(): void {
    this.#activity = new TenantActivity();
    this.#limitsReached = 0;
  }

  get limitsReached(): number {
    return this.#limitsReached;
  }

  /** Its open sessions. */
  get connections(): number {
    return this.#places.size;
  }

  /** Counts a message of the sender and answers 0; or answers how many ms it is too early, and does not count it. */
  excessMs(sender: Principal): number {
    return this.#rate.excessMs(sender, this.#now());
  }

  /** Takes room for bytes that wait for a subscriber. False: there is none, and nothing was taken. */
  readonly takeWaitingBytes = (bytes: number): boolean => {
    if (this.#waitingBytes + bytes > this.#limits.maxWaitingBytes) return this.#refuse('waiting_bytes');
    this.#waitingBytes += bytes;
    return true;
  };

  readonly giveWaitingBytes = (bytes: number): void => {
    this.#waitingBytes -= bytes;
  };

  /** Takes room for what a subscription holds. False: there is none, and nothing was taken. */
  readonly takeSubscriptionBytes = (bytes: number): boolean => {
    if (this.#subscriptionBytes + bytes > this.#limits.maxSubscriptionBytes)
      return this.#refuse('subscription_bytes');
    this.#subscriptionBytes += bytes;
    return true;
  };

  readonly giveSubscriptionBytes = (bytes: number): void => {
    this.#subscriptionBytes -= bytes;
  };

  /** Waits until the tenant may read retained messages once more. Rejects with the signal's reason. */
  readonly takeRetainedReader = (signal: AbortSignal): Promise<() => void> =>
    this.#retainedReaders.take(signal);

  /** Takes room for bytes that wait to be stored. False: there is none, and nothing was taken. */
  takeUnstoredBytes(bytes: number): boolean {
    if (this.#unstoredBytes + bytes > this.#limits.maxUnstoredBytes) return this.#refuse('unstored_bytes');
    this.#unstoredBytes += bytes;
    return true;
  }

  giveUnstoredBytes(bytes: number): void {
    this.#unstoredBytes -= bytes;
  }

  /** Looks something up on behalf of the tenant. @throws TooManyLookupsError */
  async lookUp<T>(load: () => Promise<T>): Promise<T> {
    if (this.#pendingLookups >= this.#limits.maxPendingLookups) {
      this.#refuse('pending_lookups');
      throw new TooManyLookupsError('too many devices or aliases of this registry are being looked up');
    }
    this.#pendingLookups++;
    try {
      return await load();
    } finally {
      this.#pendingLookups--;
    }
  }

  /** What is held now; all zero when nothing is under way. */
  get held() {
    return {
      places: this.#places.size,
      waitingBytes: this.#waitingBytes,
      subscriptionBytes: this.#subscriptionBytes,
      retainedReaders: this.#retainedReaders.taken,
      retainedReadersWaiting: this.#retainedReaders.waiting,
      unstoredBytes: this.#unstoredBytes,
      pendingLookups: this.#pendingLookups,
    };
  }

  /** Is nothing held, nothing to be told, and nobody ahead of its rate? */
  get isIdle(): boolean {
    if (this.activity.isUntold(this.connections)) return false;
    return Object.values(this.held).every((count) => count === 0) && this.#rate.isIdle(this.#now());
  }

  #refuse(limit: TenantLimit): false {
    this.#limitsReached++;
    this.#reached(limit, this.key);
    return false;
  }
}
