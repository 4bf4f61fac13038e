/** What an export is made of, as it is created or changed: where it leads, its secrets, its settings. */
import {
  type CreateExportRequest,
  type ExportSettings,
  fullSettings,
  type GivenExportSettings,
  type ShownExportTarget,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import type { NewExport } from '@iotcore/store/control';
import type { z } from 'zod';
import { errors } from '../../errors/catalogue.ts';
import { type ExportSecrets, newSigningSecret, type SecretsKeeper } from '../../exports/secrets-keeper.ts';
import type { ExportTargets } from '../../exports/targets.ts';
import { splitTarget } from './target-secrets.ts';

export interface NewExportNeeds {
  readonly exportTargets: ExportTargets;
  readonly exportSecrets: SecretsKeeper;
}

/** @throws INVALID_ARGUMENT for its target and its settings; its source is checked by the caller */
export async function newExport(
  input: z.output<typeof CreateExportRequest>,
  folderId: string,
  { exportTargets, exportSecrets }: NewExportNeeds,
): Promise<NewExport> {
  const { source, name = '', description = '', labels = {}, paused = false } = input;
  const { shown, secrets: ofTarget } = splitTarget(input.target);
  const secrets: ExportSecrets = { signingSecret: newSigningSecret(), target: ofTarget };
  await mustBeReachable(exportTargets, shown, secrets);
  const id = createId();
  return {
    ...{ id, folderId, name, description, labels, target: shown, paused, ...settingsFor(input, shown) },
    registryId: source.registryId ?? null,
    deviceId: source.deviceId ?? null,
    brokerId: source.brokerId ?? null,
    mqttTopicFilter: source.mqttTopicFilter ?? null,
    secrets: exportSecrets.seal(id, secrets),
  };
}

/** @throws INVALID_ARGUMENT that names hosts and ports that no export may reach */
export async function mustBeReachable(
  targets: ExportTargets,
  shown: ShownExportTarget,
  secrets: ExportSecrets,
): Promise<void> {
  const violations = await targets.check(shown, secrets);
  if (violations.length > 0) throw errors.invalidArgument(violations);
}

/** @throws INVALID_ARGUMENT for what does not go together */
export function settingsFor(given: GivenExportSettings, target: ShownExportTarget): ExportSettings {
  const format = target.webhook && (target.webhook.format ?? 'YANDEX_TRIGGER');
  const settings = fullSettings(given, format);
  if (format === 'RAW' && settings.batch.maxMessages > 1) {
    const description = 'RAW sends one message a request: 1.';
    throw errors.invalidArgument([{ field: 'batch.maxMessages', description }]);
  }
  return settings;
}
