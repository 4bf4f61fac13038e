/** RSA keys that nobody should have: so short that anyone factors them, so long that they cost the one who checks them. */
import { generatePrimeSync, webcrypto } from 'node:crypto';

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const exponent = 65_537n;

export function makeShortRsaKeys(): Promise<webcrypto.CryptoKeyPair> {
  const parameters = { ...algorithm, modulusLength: 512, publicExponent: new Uint8Array([1, 0, 1]) };
  return webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
}

/**
 * Some 16,384 bits. Two primes of half that length take minutes to find, so each half is a product of short ones: it
 * protects nothing, and costs as much to check as a real one.
 */
export async function makeHugeRsaKeys(): Promise<webcrypto.CryptoKeyPair> {
  const [p, q] = [makeHalf(), makeHalf()];
  const n = p.product * q.product;
  const d = inverse(exponent, leastCommonMultiple(p.order, q.order));
  const shown = { kty: 'RSA', n: base64(n), e: base64(exponent) };
  const jwk = {
    ...shown,
    ...{ d: base64(d), p: base64(p.product), q: base64(q.product) },
    ...{ dp: base64(d % p.order), dq: base64(d % q.order), qi: base64(inverse(q.product, p.product)) },
  };
  return {
    privateKey: await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('jwk', shown, algorithm, true, ['verify']),
  };
}

/** 16 primes of 512 bits, multiplied; and what exponents are counted by. */
function makeHalf(): { readonly product: bigint; readonly order: bigint } {
  const primes: bigint[] = [];
  while (primes.length < 16) {
    const prime = generatePrimeSync(512, { bigint: true });
    if ((prime - 1n) % exponent !== 0n) primes.push(prime);
  }
  return {
    product: primes.reduce((a, b) => a * b),
    order: primes.map((prime) => prime - 1n).reduce(leastCommonMultiple),
  };
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [a, b];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** By Euclid's extended algorithm. */
function inverse(a: bigint, modulus: bigint): bigint {
  let [r, next] = [a % modulus, modulus];
  let [s, nextS] = [1n, 0n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  return ((s % modulus) + modulus) % modulus;
}

function base64(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('base64url');
}
