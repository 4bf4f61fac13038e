/**
 * Secrets that the installation must read again, such as the password of a database that an export writes to: encrypted
 * with a key that follows from a signing key of the installation, and bound to what they belong to. A reader of a column of
 * a table, or finds it in a log, has nothing of them.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const purpose = 'export secrets';

/** A key that secrets are sealed with, by the name of the signing key that it follows from. */
export interface SealingKey {
  readonly kid: string;
  /** The private part of the signing key. */
  readonly seed: Buffer;
}

/** The secrets cannot be read: the key is gone, or they are not those that were sealed for this. */
export class UnreadableSecretsError extends Error {
  override readonly name = 'UnreadableSecretsError';
}

/** Seals a JSON value for one owner, such as the ID of an export: for any other it does not open. */
export function seal({ kid, seed }: SealingKey, owner: string, value: unknown): Buffer {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, keyOf(seed), iv).setAAD(Buffer.from(owner));
  const data = Buffer.concat([sealing.update(JSON.stringify(value)), sealing.final()]);
  const name = Buffer.from(kid);
  return Buffer.concat([Buffer.from([name.length]), name, iv, sealing.getAuthTag(), data]);
}

/**
 * What was sealed. `findSeed`: the private part of a signing key, by its name.
 *
 * @throws UnreadableSecretsError
 */
export function unseal(
  sealed: Uint8Array,
  owner: string,
  findSeed: (kid: string) => Buffer | undefined,
): unknown {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const nameEnd = 1 + (bytes[0] ?? 0);
  const seed = findSeed(bytes.toString('utf8', 1, nameEnd));
  if (!seed) throw new UnreadableSecretsError('the key that they were sealed with is gone');
  const [ivEnd, tagEnd] = [nameEnd + ivBytes, nameEnd + ivBytes + tagBytes];
  try {
    const opening = createDecipheriv(cipher, keyOf(seed), bytes.subarray(nameEnd, ivEnd), {
      authTagLength: tagBytes,
    })
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(ivEnd, tagEnd));
    return JSON.parse(Buffer.concat([opening.update(bytes.subarray(tagEnd)), opening.final()]).toString());
  } catch (error) {
    throw new UnreadableSecretsError('they are not what was sealed', { cause: error });
  }
}

function keyOf(seed: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', seed, '', purpose, 32));
}
