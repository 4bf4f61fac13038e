/** What the operations on exports work with. */
import { randomBytes } from 'node:crypto';
import type { ShownExportTarget } from '@iotcore/contract';
import { seal, unseal } from '@iotcore/credentials';
import type { KeySet } from '../auth/installation-keys.ts';
import type { FieldViolation } from '../errors/catalogue.ts';
import type { DataStreams } from './data-streams.ts';

/** What an export keeps and never shows. */
export interface ExportSecrets {
  /** `whsec_…`: requests of a webhook are signed with it. */
  readonly signingSecret: string;
  /** Signs along until its end. */
  readonly previous?: { readonly signingSecret: string; readonly endsAt: string } | undefined;
  /** Of the target, by the paths of its fields. */
  readonly target: Readonly<Record<string, string>>;
}

/** What a target said to a sample. */
export interface TargetAnswer {
  readonly outcome: 'DONE' | 'REFUSED' | 'AWAY' | 'MISCONFIGURED';
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly milliseconds: number;
  /** The beginning of it. */
  readonly answer?: string | undefined;
}

/** An export as the code that sends for it knows it. */
export interface TargetOfExport {
  readonly exportId: string;
  readonly folderId: string;
  readonly registryId: string | null;
  readonly brokerId: string | null;
  readonly target: ShownExportTarget;
  readonly secrets: ExportSecrets;
}

/** The world outside, as far as targets lie in it; given by the app. */
export interface ExportTargets {
  /** What is wrong with where it points to: hosts and ports that no export may reach. */
  check(target: ShownExportTarget, secrets: ExportSecrets): Promise<readonly FieldViolation[]>;
  /** Sends one sample. Never rejects. */
  test(target: TargetOfExport): Promise<TargetAnswer>;
}

export interface ExportServices {
  readonly targets: ExportTargets;
  readonly secrets: SecretsKeeper;
  readonly dataStreams: DataStreams;
  /** What the logs of all exports may have together, in bytes. */
  readonly storeBytes: number;
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

  /** @throws UnreadableSecretsError */
  unseal(exportId: string, sealed: Uint8Array): ExportSecrets {
    return unseal(sealed, exportId, (kid) => this.#keys().seedOf(kid)) as ExportSecrets;
  }
}

/** 32 random bytes, as Standard Webhooks write them. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
