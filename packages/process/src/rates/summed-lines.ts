/** At most one line in this time about one thing, in ms. */
const lineEveryMs = 10_000;

interface Told {
  heldBack: number;
  writtenAtMs: number;
}

/** Lines that say how many there were of something: one for all of some seconds, the first at once. */
export class SummedLines {
  /** By ID of what a line is about. */
  readonly #told = new Map<string, Told>();
  readonly #write: (id: string, count: number) => void;
  readonly #now: () => number;

  /** `now` in ms, for tests. */
  constructor(write: (id: string, count: number) => void, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
  }

  add(id: string, count: number): void {
    if (count === 0) return;
    const nowMs = this.#now();
    const told = this.#told.get(id) ?? { heldBack: 0, writtenAtMs: Number.NEGATIVE_INFINITY };
    this.#told.set(id, told);
    told.heldBack += count;
    if (nowMs - told.writtenAtMs < lineEveryMs) return;
    this.#write(id, told.heldBack);
    told.heldBack = 0;
    told.writtenAtMs = nowMs;
  }

  /** What is gone need not be remembered. */
  keepOnly(isThere: (id: string) => boolean): void {
    for (const id of [...this.#told.keys()]) if (!isThere(id)) this.#told.delete(id);
  }
}
