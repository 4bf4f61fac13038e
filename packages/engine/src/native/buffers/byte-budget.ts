/** Bytes that several users share, up to a bound. Each user gives back what it took. */
export class ByteBudget {
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False: nothing was taken, the bound would be passed. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#mostBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Takes them in any case, even beyond the bound. */
  overdraw(bytes: number): void {
    this.#bytes += bytes;
  }

  get isOverdrawn(): boolean {
    return this.#bytes > this.#mostBytes;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
