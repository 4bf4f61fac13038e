/**
 * Ends the sessions that nothing justifies any more. A change is only a reason to look: what the database says then
 * decides, so a change that is told twice, late or in disorder does no harm. While the database is away nobody is
 * thrown out; the looks wait until it is back.
 */
import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Reason } from '@iotcore/engine';
import type { CertificateIdentity, PasswordIdentity } from '@iotcore/store/data-plane';
import type { Client, SubjectKey } from '../clients/client.ts';
import type { LiveClients } from '../clients/live-clients.ts';
import { whyRevoked } from './why-revoked.ts';

export interface RevokerParts {
  readonly clients: LiveClients;
  /** Ends these sessions. */
  end(clients: ReadonlySet<Client>, reason: Reason): void;
  /** Those of the IDs that exist. Rejects while the database is away. */
  findOwners(ids: readonly string[]): Promise<ReadonlyMap<string, PasswordIdentity>>;
  /** Those of the certificates that somebody has, by SHA-256. Rejects while the database is away. */
  findCertificates(sha256s: readonly string[]): Promise<ReadonlyMap<string, CertificateIdentity>>;
  failed(error: unknown): void;
}

/** Clients checked by one look at the database: a few ms of it, and of the event loop. */
const batchClients = 500;
/** Before the next try when the database is away. */
const retryMs = 500;

export class Revoker {
  readonly #parts: RevokerParts;
  readonly #suspects = new Set<Client>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: RevokerParts) {
    this.#parts = parts;
  }

  /** Something about this subject changed. */
  subjectChanged(subject: SubjectKey): void {
    for (const client of this.#parts.clients.restingOn(subject)) this.#suspects.add(client);
    this.#start();
  }

  /** Anything may have changed. */
  everythingChanged(): void {
    for (const client of this.#parts.clients) this.#suspects.add(client);
    this.#start();
  }

  /** This client was accepted by what may have changed meanwhile. */
  suspect(client: Client): void {
    this.#suspects.add(client);
    this.#start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #start(): void {
    if (this.#running || this.#suspects.size === 0 || this.#stopping.signal.aborted) return;
    this.#running = this.#checkAll().finally(() => {
      this.#running = undefined;
      this.#start();
    });
  }

  async #checkAll(): Promise<void> {
    const { signal } = this.#stopping;
    // Changes come in batches; one look answers for all of them.
    await yieldToEventLoop();
    while (this.#suspects.size > 0 && !signal.aborted) {
      const batch = [...this.#suspects].slice(0, batchClients);
      // Taken off before the look, so that a change during it puts a client on the list again.
      for (const client of batch) this.#suspects.delete(client);
      try {
        await this.#check(batch);
      } catch (error) {
        this.#parts.failed(error);
        for (const client of batch) this.#suspects.add(client);
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #check(batch: readonly Client[]): Promise<void> {
    const { findOwners, findCertificates } = this.#parts;
    const ids = new Set(batch.map(({ principal }) => principal.id));
    const sha256s = new Set(
      batch.flatMap(({ credential }) => (credential.kind === 'certificate' ? [credential.sha256] : [])),
    );
    const [owners, certificates] = await Promise.all([
      findOwners([...ids]),
      sha256s.size > 0 ? findCertificates([...sha256s]) : new Map(),
    ]);
    this.#end(batch, (client) => whyRevoked(client, { owners, certificates }));
  }

  #end(batch: readonly Client[], why: (client: Client) => Reason | undefined): void {
    const doomed = Map.groupBy(batch, why);
    for (const [reason, clients] of doomed) {
      if (reason === undefined) continue;
      for (const client of clients) this.#suspects.delete(client);
      this.#parts.end(new Set(clients), reason);
    }
  }
}
