import { createHmac, randomBytes } from 'node:crypto';
import { type Client, type SubjectKey, subjectKeys } from '../clients/client.ts';
import { SubjectCache } from '../clients/subject-cache.ts';

/** Every device of a large node, at some 500 bytes each. */
const capacity = 100_000;

/**
 * Passwords that were verified, so that a reconnect costs microseconds instead of a hash, and works while the database is
 * away. Kept under a keyed hash whose key lives and dies with the process: what is in memory proves nothing elsewhere.
 */
export class VerifiedCredentials {
  readonly #key = randomBytes(32);
  readonly #verified = new SubjectCache<Client>(capacity);

  get size(): number {
    return this.#verified.size;
  }

  /** What a name and a password are remembered under. The length goes in front: no other pair makes the same bytes. */
  keyOf(username: string, password: Uint8Array): string {
    const name = Buffer.from(username);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length);
    return createHmac('sha256', this.#key).update(length).update(name).update(password).digest('base64');
  }

  /** The client that it authenticates, a new object. */
  find(key: string): Client | undefined {
    const client = this.#verified.get(key);
    return client && { ...client };
  }

  remember(key: string, client: Client): void {
    this.#verified.set(key, client, subjectKeys(client));
  }

  /** Forgets whatever rests on this password, device, registry or broker. */
  forget(subject: SubjectKey): void {
    this.#verified.forget(subject);
  }

  clear(): void {
    this.#verified.clear();
  }
}
