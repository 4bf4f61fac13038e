import type { LogEntry } from '@iotcore/sdk';

const keyOf = ({ at, level, message }: LogEntry) => JSON.stringify([at, level, message]);

/** Lines that were shown and may come again; of equal ones of one instant it knows how many there were. */
export class LinesInBoth {
  readonly #counts = new Map<string, number>();

  constructor(shown: Iterable<LogEntry>) {
    for (const line of shown) this.#add(keyOf(line), 1);
  }

  /** Is it one of those? It counts as that one no longer. */
  take(line: LogEntry): boolean {
    const key = keyOf(line);
    if (!this.#counts.has(key)) return false;
    this.#add(key, -1);
    return true;
  }

  #add(key: string, count: number): void {
    const sum = (this.#counts.get(key) ?? 0) + count;
    if (sum === 0) this.#counts.delete(key);
    else this.#counts.set(key, sum);
  }
}
