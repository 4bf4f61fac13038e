/** Messages that were read and are not yet dealt with; it tells how far everything is. */

/** A message in the window. */
export interface Entry {
  readonly position: number;
  readonly bytes: number;
  readonly frame: Buffer;
  /** Lane and order key: messages of one key go out one after the other. */
  readonly key: string;
  readonly readAtMs: number;
  isFinished: boolean;
}

/** Messages of one export that are in memory at a time. */
const mostMessages = 10_000;

export class Window {
  readonly #mostBytes: number;
  /** In the order of their positions; those before `first` are finished and forgotten. */
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;
  /** What is read next. */
  #end: number;
  #waiting: (() => void) | undefined;

  constructor(position: number, mostBytes: number) {
    this.#end = position;
    this.#mostBytes = mostBytes;
  }

  /** Everything below it is dealt with. */
  get cursor(): number {
    return this.#entries[this.#first]?.position ?? this.#end;
  }

  /** The position to be read next. */
  get end(): number {
    return this.#end;
  }

  /** Read on: there is room for a chunk. */
  get hasRoom(): boolean {
    return this.#entries.length - this.#first < mostMessages && this.#bytes < this.#mostBytes;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#end = entry.position + 1;
  }

  finish(entry: Entry): void {
    entry.isFinished = true;
    this.#bytes -= entry.bytes;
    while (this.#entries[this.#first]?.isFinished) this.#first += 1;
    if (this.#first > 1000 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    if (this.hasRoom) this.#waiting?.();
  }

  /** Resolves once there is room. */
  async room(): Promise<void> {
    if (this.hasRoom) return;
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
    this.#waiting = undefined;
  }

  /** Wakes what waits for room. */
  wake(): void {
    this.#waiting?.();
  }
}
