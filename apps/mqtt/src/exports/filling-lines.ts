import { nearlyFullShare } from '@iotcore/store/exports';

/** The database is asked about one export at most so often, and there is at most one line in the longer time, in ms. */
const lookEveryMs = 10_000;
const lineEveryMs = 600_000;

export interface FillingLinesParts {
  /** How much of what its log may hold waits to be sent; undefined: it is gone. */
  waitingShare(exportId: string): Promise<number | undefined>;
  write(exportId: string, share: number): void;
  failed(error: unknown): void;
  /** In ms. */
  now(): number;
}

interface Looked {
  atMs: number;
  writtenAtMs: number;
}

/** What the connection log is told of logs that fill since their targets take less than comes. */
export class FillingLines {
  readonly #parts: FillingLinesParts;
  readonly #looked = new Map<string, Looked>();

  constructor(parts: FillingLinesParts) {
    this.#parts = parts;
  }

  /** Its log is nearly full; of what lies in it much may be kept for a replay only. */
  async filling(exportId: string): Promise<void> {
    const nowMs = this.#parts.now();
    const never = Number.NEGATIVE_INFINITY;
    const looked = this.#looked.get(exportId) ?? { atMs: never, writtenAtMs: never };
    if (nowMs - looked.atMs < lookEveryMs || nowMs - looked.writtenAtMs < lineEveryMs) return;
    looked.atMs = nowMs;
    this.#looked.set(exportId, looked);
    try {
      const share = (await this.#parts.waitingShare(exportId)) ?? 0;
      if (share < nearlyFullShare) return;
      looked.writtenAtMs = nowMs;
      this.#parts.write(exportId, share);
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  /** Exports that are gone need not be remembered. */
  keepOnly(isThere: (exportId: string) => boolean): void {
    for (const exportId of [...this.#looked.keys()]) if (!isThere(exportId)) this.#looked.delete(exportId);
  }
}
