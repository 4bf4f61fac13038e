/** What an export keeps and never shows: sealed, and read again. */
import { randomBytes } from 'node:crypto';
import { seal, UnreadableSecretsError, unseal } from '@iotcore/credentials';
import type { KeySet } from '../auth/installation-keys.ts';
import { errors } from '../errors/catalogue.ts';

export interface ExportSecrets {
  /** `whsec_…`: requests of a webhook are signed with it. */
  readonly signingSecret: string;
  /** Signs along until its end. */
  readonly previous?: { readonly signingSecret: string; readonly endsAt: string } | undefined;
  /** Of the target, by the paths of its fields. */
  readonly target: Readonly<Record<string, string>>;
}

/** Seals the secrets of exports, and reads them again. */
export class SecretsKeeper {
  readonly #keys: () => KeySet;

  /** `keys`: asked each time, since they change. */
  constructor(keys: () => KeySet) {
    this.#keys = keys;
  }

  seal(exportId: string, secrets: ExportSecrets): Buffer {
    return seal(this.#keys().sealing, exportId, secrets);
  }

  /** @throws FAILED_PRECONDITION if they cannot be read */
  unseal(exportId: string, sealed: Uint8Array): ExportSecrets {
    try {
      return unseal(sealed, exportId, (kid) => this.#keys().seedOf(kid)) as ExportSecrets;
    } catch (error) {
      throw error instanceof UnreadableSecretsError ? errors.exportSecretsUnreadable() : error;
    }
  }
}

/** 32 random bytes, as Standard Webhooks write them. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
