/**
 * All deadlines of all connections on one timer: keep alive, CONNECT, an unfinished packet, a lingering close. An item
 * stands in the slot of the tick in which it wants to be looked at; activity moves nothing, since the item then simply says
 * how long it can still wait.
 */
export interface Expiring {
  /** Called at the time asked for, or later. Returns the time in milliseconds to be called next, or undefined for never. */
  checkDeadline(nowMs: number): number | undefined;
}

/** Does the work for each item, if not all at once then soon. */
type Each = <T>(items: Iterable<T>, work: (item: T) => void) => unknown;

/** How late a deadline may be noticed. */
const tickMs = 100;
/** Deadlines further away than all slots (51 s) are looked at on the way. */
const slotCount = 512;
/** A timer this late means that the process stood still, so what clients sent meanwhile has not been read yet. */
const standstillMs = 1_000;

export class DeadlineWheel<T extends Expiring> {
  readonly #slots: (Set<T> | undefined)[] = new Array(slotCount).fill(undefined);
  readonly #slotOf = new Map<T, number>();
  readonly #now: () => number;
  #tick: number;
  readonly #each: Each;
  #timer: NodeJS.Timeout | undefined;
  #lastRunMs: number;
  #hasSkipped = false;

  /** `now`: a clock in milliseconds that never goes back. `each`: looks at many items without keeping the event loop. */
  constructor(now: () => number = () => performance.now(), each: Each = eachAtOnce) {
    this.#now = now;
    this.#each = each;
    this.#lastRunMs = now();
    this.#tick = tickOf(this.#lastRunMs);
  }

  get size(): number {
    return this.#slotOf.size;
  }

  /** Has the item looked at at this time, or at the first tick after it, and at no other time asked for before. */
  set(item: T, dueMs: number): void {
    const ahead = Math.min(Math.max(tickOf(dueMs) + 1 - this.#tick, 1), slotCount - 1);
    const slot = (this.#tick + ahead) % slotCount;
    const before = this.#slotOf.get(item);
    if (before === slot) return;
    if (before !== undefined) this.#slots[before]?.delete(item);
    this.#slotOf.set(item, slot);
    this.#slots[slot] ??= new Set();
    this.#slots[slot].add(item);
  }

  /** Like `set`, unless the item is looked at before then anyway. */
  setEarlier(item: T, dueMs: number): void {
    const slot = this.#slotOf.get(item);
    const ahead =
      slot === undefined
        ? Number.POSITIVE_INFINITY
        : (slot - (this.#tick % slotCount) + slotCount) % slotCount;
    if (tickOf(dueMs) + 1 - this.#tick < ahead) this.set(item, dueMs);
  }

  delete(item: T): void {
    const slot = this.#slotOf.get(item);
    if (slot === undefined) return;
    this.#slotOf.delete(item);
    this.#slots[slot]?.delete(item);
  }

  start(): void {
    this.#lastRunMs = this.#now();
    this.#timer ??= setInterval(() => this.advance(), tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at every item whose time has come. Called by the timer. */
  advance(): void {
    const nowMs = this.#now();
    const stoodStill = nowMs - this.#lastRunMs > standstillMs;
    this.#lastRunMs = nowMs;
    // Never twice in a row: a process that is always late must still end what is overdue.
    this.#hasSkipped = stoodStill && !this.#hasSkipped;
    if (this.#hasSkipped) return;
    for (const now = tickOf(nowMs); this.#tick < now; ) {
      this.#tick++;
      this.#run(this.#tick % slotCount, nowMs);
    }
  }

  #run(slot: number, nowMs: number): void {
    const due = this.#slots[slot];
    if (!due) return;
    this.#slots[slot] = undefined;
    void this.#each(due, (item) => {
      // Given another time, or none, since this began.
      if (this.#slotOf.get(item) !== slot) return;
      this.#slotOf.delete(item);
      const nextMs = item.checkDeadline(nowMs);
      if (nextMs !== undefined) this.set(item, nextMs);
    });
  }
}

function eachAtOnce<T>(items: Iterable<T>, work: (item: T) => void): void {
  for (const item of items) work(item);
}

function tickOf(ms: number): number {
  return Math.floor(ms / tickMs);
}
