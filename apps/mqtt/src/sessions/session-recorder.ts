/**
 * Keeps a table of the sessions that are live here, so that the API can show which clients are connected, since when and from where.
 * Never holds up a client: what came and went is written a moment later, in batches, and again if the database was away.
 */
import type { SessionInfo } from '@iotcore/engine';
import { PeriodicTask } from '@iotcore/process';
import type { LiveSession } from '@iotcore/store/data-plane';
import type { Client } from '../clients/client.ts';

export interface SessionRecorderParts {
  readonly flushMs: number;
  /** All three reject while the database is away. */
  add(nodeId: string, sessions: readonly LiveSession[]): Promise<void>;
  remove(nodeId: string, numbers: readonly number[]): Promise<void>;
  removeAll(nodeId: string): Promise<void>;
  now(): Date;
  failed(error: unknown): void;
}

/** Rows of one statement, which messages wait for while it is put together: a millisecond. */
const batchSessions = 250;
/** Sessions that have ended and are still in the table; beyond, the whole is written anew. */
const mostEnded = 100_000;

type Session = SessionInfo<Client>;

export class SessionRecorder {
  readonly #parts: SessionRecorderParts;
  readonly #live = new Map<Session, LiveSession>();
  /** Live, and not in the table yet. */
  readonly #toAdd = new Map<number, LiveSession>();
  /** Ended, and perhaps in the table. */
  #toRemove = new Set<number>();
  #isAnew = false;
  #lastNumber = 0;
  #nodeId: string | undefined;
  readonly #writing = new PeriodicTask(() => this.#write().catch(this.#parts.failed));

  constructor(parts: SessionRecorderParts) {
    this.#parts = parts;
  }

  /** Begins to write, as this node, which must be registered. */
  start(nodeId: string): void {
    this.#nodeId = nodeId;
    this.#writing.every(this.#parts.flushMs);
  }

  connected(session: Session): void {
    const { principal: client, clientId, transport } = session;
    const { principal, credential } = client;
    const live: LiveSession = {
      number: ++this.#lastNumber,
      resourceKind: principal.kind,
      resourceId: principal.id,
      folderId: principal.folderId,
      registryId: principal.kind === 'device' ? principal.registryId : undefined,
      clientId,
      address: transport.remoteAddress,
      secure: transport.secure,
      connectedAt: this.#parts.now(),
      ...(credential.kind === 'password'
        ? { passwordId: credential.id }
        : { certificateFingerprint: credential.fingerprint }),
    };
    this.#live.set(session, live);
    this.#toAdd.set(live.number, live);
  }

  disconnected(session: Session): void {
    const live = this.#live.get(session);
    if (!live) return;
    this.#live.delete(session);
    if (this.#toAdd.delete(live.number)) return;
    this.#toRemove.add(live.number);
    if (this.#toRemove.size <= mostEnded) return;
    this.#toRemove.clear();
    this.#isAnew = true;
  }

  flush(): Promise<void> {
    return this.#writing.run();
  }

  /** The rows go with the node's registration. */
  stop(): Promise<void> {
    return this.#writing.stop();
  }

  async #write(): Promise<void> {
    const nodeId = this.#nodeId;
    if (nodeId === undefined) return;
    if (this.#isAnew) {
      await this.#parts.removeAll(nodeId);
      this.#isAnew = false;
      for (const live of this.#live.values()) this.#toAdd.set(live.number, live);
    }
    await this.#addAll(nodeId);
    await this.#removeAll(nodeId);
  }

  async #addAll(nodeId: string): Promise<void> {
    while (this.#toAdd.size > 0) {
      const batch = [...this.#toAdd.values()].slice(0, batchSessions);
      // One that ends while it is written is removed afterwards.
      for (const { number } of batch) this.#toAdd.delete(number);
      try {
        await this.#parts.add(nodeId, batch);
      } catch (error) {
        // Those that have ended meanwhile stay to be removed: the rows may have been written all the same.
        for (const live of batch) if (!this.#toRemove.has(live.number)) this.#toAdd.set(live.number, live);
        throw error;
      }
    }
  }

  async #removeAll(nodeId: string): Promise<void> {
    while (this.#toRemove.size > 0) {
      const batch = [...this.#toRemove].slice(0, batchSessions);
      await this.#parts.remove(nodeId, batch);
      for (const number of batch) this.#toRemove.delete(number);
    }
  }
}
