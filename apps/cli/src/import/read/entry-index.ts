import { hash } from 'node:crypto';

export type Standing = 'new' | 'repeated' | 'contradicted';

/** Which IDs and names an export has used so far. */
export class EntryIndex {
  /** By ID, a digest of the entry's content. */
  readonly #contents = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** Whether this ID is new, came with the same content before, or with another one. */
  standingOf(id: string, content: unknown): Standing {
    const digest = hash('sha1', JSON.stringify(content), 'base64');
    const before = this.#contents.get(id);
    if (before === undefined) {
      this.#contents.set(id, digest);
      return 'new';
    }
    return before === digest ? 'repeated' : 'contradicted';
  }

  has(id: string): boolean {
    return this.#contents.has(id);
  }

  /** The ID that has this name already, if any; otherwise it is given to `id`. */
  holderOf(scope: string, name: string, id: string): string | undefined {
    const key = `${scope}/${name}`;
    const holder = this.#names.get(key);
    if (holder === undefined) this.#names.set(key, id);
    return holder;
  }
}
