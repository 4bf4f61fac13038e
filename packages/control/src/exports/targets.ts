/** Targets of exports, as operations look at them. */
import type { ShownExportTarget } from '@iotcore/contract';
import type { FieldViolation } from '../errors/catalogue.ts';
import type { ExportSecrets } from './secrets-keeper.ts';

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

/** What lies outside of this package; the app gives it. */
export interface ExportTargets {
  /** What is wrong with where it points to: hosts and ports that no export may reach. */
  check(target: ShownExportTarget, secrets: ExportSecrets): Promise<readonly FieldViolation[]>;
  /** Sends one sample. Never rejects. */
  test(target: TargetOfExport): Promise<TargetAnswer>;
}
