/**
 * The installation's own keys. They sign access tokens and what the API says to the data plane; what else must be secret
 * and the same in every API process is derived from the oldest of them.
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { SealingKey } from '@iotcore/credentials';
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

/** The keys as they were when they were read. */
export interface KeySet {
  /** The newest key, which signs. */
  readonly signing: { readonly kid: string; readonly privateKey: CryptoKey };
  /** By kid: every key that may have signed. */
  readonly verification: ReadonlyMap<string, CryptoKey>;
  /** 32 bytes that only the installation knows, different for each purpose; others once the oldest key is gone. */
  secretFor(purpose: string): KeyObject;
  /** What secrets are sealed with that must be read again: the newest key. */
  readonly sealing: SealingKey;
  /** The private part of a key, by kid. */
  seedOf(kid: string): Buffer | undefined;
}

/** The installation's keys, read again once the change feed tells of a change of them. */
export class InstallationKeys {
  readonly #store: Pick<ControlStore, 'ensureSigningKeys'>;
  readonly #isCurrent: () => boolean;
  #keys: KeySet;
  #isStale = false;
  /** Counts the changes: what was read before one must not be used after it. */
  #generation = 0;
  #reading: Promise<KeySet> | undefined;

  private constructor(
    store: Pick<ControlStore, 'ensureSigningKeys'>,
    isCurrent: () => boolean,
    keys: KeySet,
  ) {
    this.#store = store;
    this.#isCurrent = isCurrent;
    this.#keys = keys;
  }

  /**
   * Reads the keys; makes the first one if there is none. `isCurrent`: whether every change up to a second ago has been told;
   * otherwise the keys are read at each use.
   */
  static async open(
    store: Pick<ControlStore, 'ensureSigningKeys'>,
    isCurrent: () => boolean,
  ): Promise<InstallationKeys> {
    return new InstallationKeys(store, isCurrent, await readKeys(store));
  }

  /** Rejects with DatabaseUnavailableError if they must be read, and the database is away. */
  async current(): Promise<KeySet> {
    if (!this.#isStale && this.#isCurrent()) return this.#keys;
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<KeySet> {
    const generation = this.#generation;
    try {
      const keys = await readKeys(this.#store);
      if (generation === this.#generation) {
        this.#keys = keys;
        this.#isStale = false;
      }
      return keys;
    } finally {
      if (generation === this.#generation) this.#reading = undefined;
    }
  }

  /** As they were read last: for what a short delay does no harm to. */
  get latest(): KeySet {
    return this.#keys;
  }

  /** What was read before is not used any more. */
  forget(): void {
    this.#isStale = true;
    this.#generation += 1;
    this.#reading = undefined;
  }
}

async function readKeys(store: Pick<ControlStore, 'ensureSigningKeys'>): Promise<KeySet> {
  const keys = await Promise.all((await store.ensureSigningKeys(createKey)).map(importKey));
  const oldest = keys.at(0);
  const newest = keys.at(-1);
  if (!oldest || !newest) throw new Error('the installation has no signing key');
  const secrets = new Map<string, KeyObject>();
  return {
    signing: newest,
    sealing: newest,
    seedOf: (kid) => keys.find((key) => key.kid === kid)?.seed,
    verification: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    secretFor(purpose) {
      const known = secrets.get(purpose);
      if (known) return known;
      const secret = createSecretKey(Buffer.from(hkdfSync('sha256', oldest.seed, '', purpose, 32)));
      secrets.set(purpose, secret);
      return secret;
    },
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
