import { createHash, randomBytes } from 'node:crypto';

/** Lets scanners for leaked secrets recognise one. */
const prefix = 'iotcore_';
const secretBytes = 32;

/** A new secret: 256 random bits, so that a plain hash is enough to store it. */
export function createApiKeySecret(): string {
  return prefix + randomBytes(secretBytes).toString('base64url');
}

/** Whether it can be one at all: what cannot is not looked up. */
export function isApiKeySecret(text: string): boolean {
  return text.startsWith(prefix) && text.length === prefix.length + Math.ceil((secretBytes * 4) / 3);
}

export function hashApiKeySecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
