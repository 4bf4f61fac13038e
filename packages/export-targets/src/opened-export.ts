import type { ShownExportTarget } from '@iotcore/contract';
import type { ExportIdentity } from './target.ts';

/** What is secret of an export, unsealed. */
export interface OpenedSecrets {
  readonly signingSecret: string;
  readonly previous?: { readonly signingSecret: string; readonly endsAt: string } | undefined;
  /** By the paths of the fields: `webhook.auth.bearer.token`. */
  readonly target: Readonly<Record<string, string>>;
}

/** An export with all that is needed to send for it. */
export interface OpenedExport extends ExportIdentity {
  readonly target: ShownExportTarget;
  readonly secrets: OpenedSecrets;
}
