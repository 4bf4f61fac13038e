/** The aliases of one registry that matter to an import: those that its own could conflict with, and its own. */
export class AliasTable {
  readonly #owners = new Map<string, string>();
  /** For each beginning of an alias, the aliases that have it. */
  readonly #byBeginning = new Map<string, Set<string>>();

  add(alias: string, deviceId: string): void {
    this.#owners.set(alias, deviceId);
    for (const beginning of beginningsOf(alias)) {
      const aliases = this.#byBeginning.get(beginning) ?? new Set();
      this.#byBeginning.set(beginning, aliases.add(alias));
    }
  }

  /** Frees an alias, if it is the device's. */
  remove(alias: string, deviceId: string): void {
    if (this.#owners.get(alias) !== deviceId) return;
    this.#owners.delete(alias);
    for (const beginning of beginningsOf(alias)) this.#byBeginning.get(beginning)?.delete(alias);
  }

  /** Has another device this alias, a beginning of it, or one that begins with it? */
  conflicts(alias: string, deviceId: string): boolean {
    const isOthers = (other: string) => {
      const owner = this.#owners.get(other);
      return owner !== undefined && owner !== deviceId;
    };
    return [...beginningsOf(alias), ...(this.#byBeginning.get(alias) ?? [])].some(isOthers);
  }
}

/** Every beginning of an alias, by characters; itself is the last. */
function beginningsOf(alias: string): string[] {
  let beginning = '';
  return [...alias].map((character) => {
    beginning += character;
    return beginning;
  });
}
