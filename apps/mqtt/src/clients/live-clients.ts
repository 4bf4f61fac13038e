import { type Client, type SubjectKey, subjectKeys } from './client.ts';
import { MultiMap } from './multi-map.ts';

/** The clients with a live session, by everything that their sessions rest on. */
export class LiveClients {
  readonly #all = new Set<Client>();
  readonly #bySubject = new MultiMap<SubjectKey, Client>();

  get size(): number {
    return this.#all.size;
  }

  add(client: Client): void {
    this.#all.add(client);
    for (const subject of subjectKeys(client)) this.#bySubject.add(subject, client);
  }

  remove(client: Client): void {
    if (!this.#all.delete(client)) return;
    for (const subject of subjectKeys(client)) this.#bySubject.delete(subject, client);
  }

  /** Whose sessions rest on this now. */
  restingOn(subject: SubjectKey): ReadonlySet<Client> {
    return this.#bySubject.valuesOf(subject);
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#all[Symbol.iterator]();
  }
}
