/**
 * Passwords are kept as argon2id hashes in PHC form (`$argon2id$v=19$m=…`), so each hash says itself how it was made
 * and the cost below can be raised without touching what is stored.
 */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/**
 * OWASP's first recommendation for argon2id (Password Storage Cheat Sheet): the least memory that still defeats
 * graphics cards, and one lane, since the server spends one thread on one login. About 8 ms of one core.
 */
const cost = { timeCost: 2, parallelism: 1, outputLen: 32 } as const;
export const usualMemoryKib = 19 * 1024;
const saltBytes = 16;

/** argon2id hash of a password in PHC form, with a fresh salt. */
export function argon2Hash(password: string | Uint8Array, memoryKib: number): Promise<string> {
  return hash(password, { ...cost, memoryCost: memoryKib, salt: randomBytes(saltBytes) });
}

/** Whether the password made this hash. A malformed hash matches nothing. */
export async function argon2Verify(phc: string, password: string | Uint8Array): Promise<boolean> {
  try {
    return await verify(phc, password);
  } catch {
    return false;
  }
}

/** A well-formed hash that no password matches: verifying against it costs what a real one costs. */
export function decoyHash(memoryKib: number): string {
  const unpadded = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  const { timeCost, parallelism, outputLen } = cost;
  return `$argon2id$v=19$m=${memoryKib},t=${timeCost},p=${parallelism}$${unpadded(saltBytes)}$${unpadded(outputLen)}`;
}
