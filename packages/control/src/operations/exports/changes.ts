/** Creating, changing and deleting exports. A target is a way out: only admins decide where it leads. */
import {
  CreateExportRequest,
  type ExportSettings,
  type ExportTarget,
  exportId,
  fieldsToSet,
  type GivenExportSettings,
  Operation,
  type ShownExportTarget,
  UpdateExportRequest,
} from '@iotcore/contract';
import { everyFolder } from '@iotcore/model';
import type { ExportRow, Reads } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';
import type { ExportSecrets, SecretsKeeper } from '../../exports/secrets-keeper.ts';
import type { Access } from '../../pipeline/access.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';
import { exportAction, exportMutation, exportSubject, owedBy } from './export.ts';
import { names } from './names.ts';
import { mustBeReachable, type NewExportNeeds, newExport, settingsFor } from './new-export.ts';
import { checkSource } from './source.ts';
import { splitTarget } from './target-secrets.ts';

const { tag: service } = names;

/** Clients of these protocols connect to the addresses that the server names, so the address in the target does not limit them. */
const followsServerAddresses = ['postgres', 'kafka', 'nats'] as const;

const ownFolder =
  'A target of postgres, kafka or nats needs an admin of every folder, since their clients connect to any address that the server names.';

/** What a field becomes that an update names and does not give. A target is never reset. */
const updateDefaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  mqttTopicFilter: string | null;
  batch: NonNullable<GivenExportSettings['batch']>;
  concurrency: number;
  retry: NonNullable<GivenExportSettings['retry']>;
  backlog: NonNullable<GivenExportSettings['backlog']>;
} = {
  ...{ name: '', description: '', labels: {}, mqttTopicFilter: null },
  ...{ batch: {}, concurrency: 16, retry: {}, backlog: {} },
};

interface WriteNeeds extends NewExportNeeds {
  readonly exportStoreBytes: number;
}

export const createExport = defineOperation({
  ...mutation(names, 'CreateExport'),
  service,
  summary: 'Creates an export',
  description: `Messages are recorded for it within a second of the answer. ${ownFolder}`,
  permission: 'administer',
  keyed: true,
  message: CreateExportRequest,
  output: Operation,
  subject: async ({ source }, read) => sourceSubject(source, read),
  async run({ input, target: { folderId }, access, read, commit }, needs: WriteNeeds) {
    requireReach(access, input.target);
    await checkSource(input.source, 'source.mqttTopicFilter', read);
    const row = await newExport(input, folderId, needs);
    return commit(async (tx) => exportMutation(await tx.exports.create(row, needs.exportStoreBytes)));
  },
});

export const updateExport = defineOperation({
  ...mutation(names, 'UpdateExport'),
  service,
  summary: 'Changes fields of an export',
  description: `In force within a second; what is under way to the target comes to its end first. ${ownFolder}`,
  permission: 'administer',
  ids: { exportId },
  message: UpdateExportRequest,
  output: Operation,
  subject: exportSubject,
  async run({ input, target: row, access, read, commit }, needs: WriteNeeds) {
    const { exportTargets, exportSecrets, exportStoreBytes } = needs;
    const { batch, concurrency, retry, backlog, ...fields } = fieldsToSet(input, updateDefaults);
    if (fields.mqttTopicFilter) {
      const source = { ...sourceOf(row), mqttTopicFilter: fields.mqttTopicFilter };
      await checkSource(source, 'mqttTopicFilter', read);
    }
    requireReach(access, row.target as object);
    if (input.target) {
      requireReach(access, input.target);
      const { target: shown, opened } = retargeted(row, input.target, exportSecrets);
      await mustBeReachable(exportTargets, shown, opened);
    }
    return commit(async (tx) => {
      // As it is now: another call may have changed its secrets since this one began.
      const current = await tx.exports.lock(row.id);
      requireReach(access, current.target as object);
      const changed = input.target && retargeted(current, input.target, exportSecrets);
      const shown = changed?.target ?? (current.target as ShownExportTarget);
      const given = { batch: batch ?? stored(current).batch, concurrency, retry, backlog };
      const settings = settingsFor(given, shown);
      const toSet = {
        ...fields,
        ...(changed && { target: shown, secrets: exportSecrets.seal(row.id, changed.opened) }),
        ...(batch && { batch: settings.batch }),
        ...(concurrency !== undefined && { concurrency: settings.concurrency }),
        ...(retry && { retry: settings.retry }),
        ...(backlog && { backlog: settings.backlog }),
      };
      return exportMutation(await tx.exports.update(row.id, toSet, exportStoreBytes));
    });
  },
});

export const deleteExport = defineOperation({
  ...mutation(names, 'DeleteExport'),
  service,
  summary: 'Deletes an export',
  description: 'With its log and its dead letters: what it still owed is not sent.',
  permission: 'administer',
  ids: { exportId },
  output: Operation,
  subject: exportSubject,
  async run({ target: row, read, commit }) {
    const details = await owedBy(row.id, read);
    return commit(async (tx) => {
      await tx.exports.delete(row.id);
      return { ...exportAction(row), details };
    });
  },
});

function stored({ batch }: ExportRow) {
  return { batch: batch as ExportSettings['batch'] };
}

async function sourceSubject(
  {
    registryId,
    brokerId,
  }: { readonly registryId?: string | undefined; readonly brokerId?: string | undefined },
  read: Reads,
) {
  return registryId === undefined
    ? resource('Broker', await read.owners.find({ kind: 'broker', id: brokerId ?? '' }))
    : resource('Registry', await read.owners.find({ kind: 'registry', id: registryId }));
}

function sourceOf({ registryId, deviceId, brokerId }: ExportRow) {
  return {
    registryId: registryId ?? undefined,
    deviceId: deviceId ?? undefined,
    brokerId: brokerId ?? undefined,
  };
}

/** @throws PERMISSION_DENIED */
function requireReach(access: Access, target: object): void {
  if (
    !followsServerAddresses.some(
      (kind) => kind in target && target[kind as keyof typeof target] !== undefined,
    )
  )
    return;
  if (!access.may('administer', everyFolder)) throw errors.permissionDenied();
}

/** An export with another target: with the secrets from before that this leaves out, if it is of the same kind. */
function retargeted(
  row: ExportRow,
  target: ExportTarget,
  keeper: SecretsKeeper,
): { readonly target: ShownExportTarget; readonly opened: ExportSecrets } {
  const before = keeper.unseal(row.id, row.secrets);
  const former = { shown: row.target as ShownExportTarget, secrets: before.target };
  const { shown, secrets } = splitTarget(target, former);
  return { target: shown, opened: { ...before, target: secrets } };
}
