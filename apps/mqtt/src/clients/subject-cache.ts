import { LruMap } from '@iotcore/process';
import type { SubjectKey } from './client.ts';
import { MultiMap } from './multi-map.ts';

interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly subjects: readonly SubjectKey[];
}

/** A bounded cache whose entries rest on subjects (a password, a device, a registry, …) and go when one of them changes. */
export class SubjectCache<V> {
  readonly #entries: LruMap<string, Entry<V>>;
  readonly #bySubject = new MultiMap<SubjectKey, Entry<V>>();

  constructor(capacity: number) {
    this.#entries = new LruMap(capacity, (entry) => this.#unlink(entry));
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: V, subjects: readonly SubjectKey[]): void {
    this.#remove(key);
    const entry = { key, value, subjects };
    for (const subject of subjects) this.#bySubject.add(subject, entry);
    this.#entries.set(key, entry);
  }

  /** Forgets whatever rests on the subject. */
  forget(subject: SubjectKey): void {
    for (const { key } of this.#bySubject.valuesOf(subject)) this.#remove(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bySubject.clear();
  }

  #remove(key: string): void {
    const entry = this.#entries.take(key);
    if (entry) this.#unlink(entry);
  }

  #unlink(entry: Entry<V>): void {
    for (const subject of entry.subjects) this.#bySubject.delete(subject, entry);
  }
}
