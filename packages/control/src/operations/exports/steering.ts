/** Stopping, resuming, moving and trying out an export: what an editor may do when something is wrong. */
import {
  exportId,
  Operation,
  ReplayExportRequest,
  RotateExportSecretResponse,
  SkipExportRequest,
  TestExportResponse,
} from '@iotcore/contract';
import type { Clock } from '@iotcore/process';
import { errors } from '../../errors/catalogue.ts';
import { newSigningSecret, type SecretsKeeper } from '../../exports/secrets-keeper.ts';
import type { ExportTargets } from '../../exports/targets.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { exportAction, exportMutation, exportSubject } from './export.ts';
import { names } from './names.ts';

const { tag: service } = names;
const common = { service, ids: { exportId }, subject: exportSubject } as const;

interface StoreNeeds {
  readonly exportStoreBytes: number;
}

interface RotateNeeds extends StoreNeeds {
  readonly clock: Clock;
  readonly exportSecrets: SecretsKeeper;
}

/** For so long the secret before signs along. */
const previousSecretMs = 24 * 3_600_000;

export const pauseExport = defineOperation({
  ...mutation(names, 'PauseExport'),
  ...common,
  summary: 'Stops sending',
  description: 'Messages are recorded as before, within the limits of the log.',
  permission: 'edit',
  output: Operation,
  run: async ({ target: row, commit }, { exportStoreBytes }: StoreNeeds) =>
    commit(async (tx) => exportMutation(await tx.exports.update(row.id, { paused: true }, exportStoreBytes))),
});

export const resumeExport = defineOperation({
  ...mutation(names, 'ResumeExport'),
  ...common,
  summary: 'Sends again, from where it was stopped',
  permission: 'edit',
  output: Operation,
  run: async ({ target: row, commit }, { exportStoreBytes }: StoreNeeds) =>
    commit(async (tx) =>
      exportMutation(await tx.exports.update(row.id, { paused: false }, exportStoreBytes)),
    ),
});

export const testExport = defineOperation({
  name: 'testExport',
  ...common,
  summary: 'Sends one sample to the target, now',
  description:
    'It is marked as a sample, and does not enter the log. Works for an export that is paused, too.',
  permission: 'edit',
  output: TestExportResponse,
  async run(
    { target: row },
    {
      exportSecrets,
      exportTargets,
    }: { readonly exportSecrets: SecretsKeeper; readonly exportTargets: ExportTargets },
  ) {
    const { id, folderId, registryId, brokerId } = row;
    const secrets = exportSecrets.unseal(id, row.secrets);
    const given = { exportId: id, folderId, registryId, brokerId, target: row.target as never, secrets };
    const { message, status, answer, ...rest } = await exportTargets.test(given);
    return {
      ...rest,
      ...(message && { message }),
      ...(status !== undefined && { status }),
      ...(answer && { answer }),
    };
  },
});

export const replayExport = defineOperation({
  ...mutation(names, 'ReplayExport'),
  ...common,
  summary: 'Sends once more what was sent already',
  description: 'From a position or a time on, as far back as the log is kept (`backlog.replayWindow`).',
  permission: 'edit',
  message: ReplayExportRequest,
  output: Operation,
  async run({ input: { position, time }, target: row, commit }) {
    return commit(async (tx) => {
      const { tail, cursor, head } = await tx.exports.lockLog(row.id);
      const wanted =
        time === undefined
          ? BigInt(position ?? 0)
          : await tx.exports.positionAt(row.id, new Date(time), head);
      if (wanted > cursor) {
        const description = `The export has sent what lies before ${cursor}: to pass over what waits, skip it.`;
        const field = time === undefined ? 'position' : 'time';
        // A time after the last message, of an export that owes nothing: nothing is sent once more.
        if (time === undefined || cursor < head) throw errors.invalidArgument([{ field, description }]);
      }
      const from = wanted < tail ? tail : wanted > cursor ? cursor : wanted;
      await tx.exports.move(row.id, from, 0n);
      return exportAction(row, { fromPosition: String(from), messages: String(cursor - from) });
    });
  },
});

export const skipExport = defineOperation({
  ...mutation(names, 'SkipExport'),
  ...common,
  summary: 'Passes over messages that wait',
  description: 'They are counted as skipped, and can be replayed as long as the log keeps them.',
  permission: 'edit',
  message: SkipExportRequest,
  output: Operation,
  async run({ input: { position }, target: row, commit }) {
    return commit(async (tx) => {
      const { cursor, head } = await tx.exports.lockLog(row.id);
      const to = BigInt(position);
      if (to < cursor || to > head) {
        const description = `From the cursor, ${cursor}, to the head, ${head}.`;
        throw errors.invalidArgument([{ field: 'position', description }]);
      }
      await tx.exports.move(row.id, to, to - cursor);
      return exportAction(row, { toPosition: position, messages: String(to - cursor) });
    });
  },
});

export const rotateExportSecret = defineOperation({
  ...mutation(names, 'RotateExportSecret'),
  ...common,
  summary: 'Makes a new secret that requests are signed with',
  description:
    'It is in this answer and nowhere else. The one before signs along for 24 hours, so that receivers can be changed one by one.',
  permission: 'administer',
  output: RotateExportSecretResponse,
  async run({ target: { id }, commit }, { clock, exportSecrets, exportStoreBytes }: RotateNeeds) {
    const signingSecret = newSigningSecret();
    const endsAt = new Date(clock.date().getTime() + previousSecretMs).toISOString();
    await commit(async (tx) => {
      // As they are now: another call may have changed them since this one began.
      const row = await tx.exports.lock(id);
      const before = exportSecrets.unseal(id, row.secrets);
      const previous = { signingSecret: before.signingSecret, endsAt };
      const secrets = exportSecrets.seal(id, { ...before, signingSecret, previous });
      await tx.exports.update(id, { secrets }, exportStoreBytes);
      return exportAction(row);
    });
    return { signingSecret, previousSecretEndsAt: endsAt };
  },
});
