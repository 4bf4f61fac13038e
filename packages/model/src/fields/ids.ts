import { randomBytes } from 'node:crypto';
import { limits } from '../limits.ts';
import type { Violation } from './violation.ts';

/**
 * IDs of resources, given by us or imported. They are user names of MQTT clients and levels of topics, so this pattern
 * is also what keeps wildcards and slashes out of topics.
 */
export const idPattern = new RegExp(`^[a-z0-9]{1,${limits.id.max}}$`);

/** IDs of folders. They need no creation, so they are only text that is safe in a URL and cannot be the wildcard `*`. */
export const folderIdPattern = new RegExp(`^[a-zA-Z0-9._-]{1,${limits.folderId.max}}$`);

const idPrefix = 'are';
const idAlphabet = '0123456789abcdefghijklmnopqrstuv';
const randomCharacters = 17;

/** A new ID: `are` and 17 characters of `[0-9a-v]`, 85 random bits. */
export function createId(): string {
  let id = idPrefix;
  // 32 divides 256, so the low five bits of a byte are evenly distributed.
  for (const byte of randomBytes(randomCharacters)) id += idAlphabet[byte & 31];
  return id;
}

export function isId(text: string): boolean {
  return idPattern.test(text);
}

export function checkId(id: string, field: string): Violation | undefined {
  if (isId(id)) return undefined;
  return { code: 'INVALID_CHARACTERS', field, description: '1 to 50 characters of [a-z0-9].' };
}

export function checkFolderId(id: string, field = 'folderId'): Violation | undefined {
  if (id === '') return { code: 'REQUIRED', field, description: 'A folder ID is required.' };
  if (folderIdPattern.test(id)) return undefined;
  return { code: 'INVALID_CHARACTERS', field, description: '1 to 50 characters of [a-zA-Z0-9._-].' };
}
