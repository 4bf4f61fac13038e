/** What must be undone at the end, the latest first. */
export class Cleanups {
  readonly #all: (() => Promise<unknown>)[] = [];

  add(cleanup: () => Promise<unknown>): void {
    this.#all.push(cleanup);
  }

  /** Every one gets its turn; the first error is thrown at the end. */
  async runBackwards(): Promise<void> {
    const errors: unknown[] = [];
    for (const cleanup of this.#all.splice(0).reverse()) {
      await cleanup().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}
