import { createPublicKey } from 'node:crypto';

/** The bounds of RFC 7518 section 3.5 (2,048 at least), and of what one verification may cost. */
const bits = { min: 2048, max: 8192 };
const maxPemCharacters = 4096;
const pem = /^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

/** Is this an RSA public key that PS256 can use? Returns what would be right, or undefined. */
export function checkPublicKey(text: string): { readonly description: string } | undefined {
  const notPem = { description: 'An RSA public key in PEM (BEGIN PUBLIC KEY).' };
  if (text.length > maxPemCharacters || !pem.test(text)) return notPem;
  try {
    const key = createPublicKey(text);
    const length = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType === 'rsa' && length >= bits.min && length <= bits.max) return undefined;
  } catch {
    return notPem;
  }
  return { description: `An RSA key of ${bits.min} to ${bits.max} bits.` };
}
