import type { Session } from './session.ts';

/**
 * The live sessions, one for each client ID of each scope [MQTT-3.1.3-2]. Keys are compared in full: the client ID cannot hold the null
 * character that separates it from the scope [MQTT-1.5.3-2].
 */
export class SessionRegistry<P> {
  readonly #sessions = new Map<string, Session<P>>();

  get size(): number {
    return this.#sessions.size;
  }

  find(scope: string, clientId: string): Session<P> | undefined {
    return this.#sessions.get(keyOf(scope, clientId));
  }

  add(scope: string, session: Session<P>): void {
    this.#sessions.set(keyOf(scope, session.clientId), session);
  }

  /** Does nothing if another session has the place meanwhile. */
  remove(scope: string, session: Session<P>): void {
    const key = keyOf(scope, session.clientId);
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }

  [Symbol.iterator](): IterableIterator<Session<P>> {
    return this.#sessions.values();
  }
}

function keyOf(scope: string, clientId: string): string {
  return `${clientId}\0${scope}`;
}
