/**
 * The installation's own keys. They sign access tokens and what the API says to the data plane; what else must be secret
 * and the same in every API process is derived from the oldest of them.
 */
import { hkdfSync } from 'node:crypto';
import type { ControlStore, SigningKeyRow } from '@iotcore/store/control';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';

/** Ed25519: 32-byte keys, and a signature in some 50 µs. */
export const signingAlgorithm = 'EdDSA';

export interface InstallationKeys {
  /** The newest key, which signs. */
  readonly signing: { readonly kid: string; readonly privateKey: CryptoKey };
  /** By kid: every key that may have signed. */
  readonly verification: ReadonlyMap<string, CryptoKey>;
  /** 32 bytes that only the installation knows, different for each purpose. */
  secretFor(purpose: string): Buffer;
}

/** Reads the keys; makes the first one if there is none. */
export async function openInstallationKeys(
  store: Pick<ControlStore, 'ensureSigningKeys'>,
): Promise<InstallationKeys> {
  const rows = await store.ensureSigningKeys(createKey);
  const keys = await Promise.all(rows.map(importKey));
  const oldest = keys.at(0);
  const newest = keys.at(-1);
  if (!oldest || !newest) throw new Error('the installation has no signing key');
  return {
    signing: newest,
    verification: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    secretFor: (purpose) => Buffer.from(hkdfSync('sha256', oldest.seed, '', purpose, 32)),
  };
}

async function createKey() {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk), jwk: { ...jwk } as Record<string, string> };
}

async function importKey({ kid, jwk }: SigningKeyRow) {
  const { d, ...publicJwk } = jwk as JWK;
  if (typeof d !== 'string') throw new Error(`signing key ${kid} has no private part`);
  const [privateKey, publicKey] = await Promise.all(
    [{ ...publicJwk, d }, publicJwk].map((key) => importJWK(key, signingAlgorithm) as Promise<CryptoKey>),
  );
  if (!privateKey || !publicKey) throw new Error(`signing key ${kid} cannot be read`);
  return { kid, privateKey, publicKey, seed: Buffer.from(d, 'base64url') };
}
