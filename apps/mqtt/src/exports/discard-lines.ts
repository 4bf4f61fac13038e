/** At most one line in this time about one export, in ms. */
const lineEveryMs = 10_000;

interface Told {
  heldBack: number;
  writtenAtMs: number;
}

/** What the connection log is told of messages that a full log has lost: one line for all of some seconds. */
export class DiscardLines {
  readonly #told = new Map<string, Told>();
  readonly #write: (exportId: string, messages: number) => void;
  readonly #now: () => number;

  /** `now` in ms, for tests. */
  constructor(
    write: (exportId: string, messages: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#write = write;
    this.#now = now;
  }

  discarded(exportId: string, messages: number): void {
    if (messages === 0) return;
    const nowMs = this.#now();
    const told = this.#told.get(exportId) ?? { heldBack: 0, writtenAtMs: Number.NEGATIVE_INFINITY };
    this.#told.set(exportId, told);
    told.heldBack += messages;
    if (nowMs - told.writtenAtMs < lineEveryMs) return;
    this.#write(exportId, told.heldBack);
    told.heldBack = 0;
    told.writtenAtMs = nowMs;
  }

  /** Exports that are gone need not be remembered. */
  keepOnly(isThere: (exportId: string) => boolean): void {
    for (const exportId of [...this.#told.keys()]) if (!isThere(exportId)) this.#told.delete(exportId);
  }
}
