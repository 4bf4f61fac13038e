import { type Client, type SubjectKey, subjectKeys } from './client.ts';

/** The clients with a live session, by everything that their sessions rest on. */
export class LiveClients {
  readonly #all = new Set<Client>();
  readonly #bySubject = new Map<SubjectKey, Set<Client>>();

  get size(): number {
    return this.#all.size;
  }

  add(client: Client): void {
    this.#all.add(client);
    for (const subject of subjectKeys(client)) {
      const clients = this.#bySubject.get(subject);
      if (clients) clients.add(client);
      else this.#bySubject.set(subject, new Set([client]));
    }
  }

  remove(client: Client): void {
    if (!this.#all.delete(client)) return;
    for (const subject of subjectKeys(client)) {
      const clients = this.#bySubject.get(subject);
      clients?.delete(client);
      if (clients?.size === 0) this.#bySubject.delete(subject);
    }
  }

  /** Whose sessions rest on this. */
  restingOn(subject: SubjectKey): ReadonlySet<Client> {
    return this.#bySubject.get(subject) ?? none;
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#all[Symbol.iterator]();
  }
}

const none: ReadonlySet<Client> = new Set();
