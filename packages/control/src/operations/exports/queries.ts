import {
  Export,
  type ExportState,
  exportId,
  GetExportQuery,
  ListExportsQuery,
  ListExportsResponse,
} from '@iotcore/contract';
import type { ExportProgress, ExportRow } from '@iotcore/store/control';
import { text, time } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, resource } from '../../pipeline/subject.ts';
import { exportSubject, toExport } from './export.ts';
import { names } from './names.ts';

const { tag: service } = names;

export const getExport = defineOperation({
  name: 'getExport',
  service,
  summary: 'Returns an export',
  permission: 'view',
  ids: { exportId },
  message: GetExportQuery,
  output: Export,
  subject: exportSubject,
  async run({ input: { exportView }, target, read }) {
    const progress = exportView === 'FULL' ? await read.exports.progress(target.id) : undefined;
    return { ...toExport(target), ...(progress && { state: toState(target, progress) }) };
  },
});

export const listExports = defineOperation({
  name: 'listExports',
  service,
  summary: 'Lists the exports of a folder, a registry or a broker',
  permission: 'view',
  message: ListExportsQuery,
  output: ListExportsResponse,
  async subject({ folderId, registryId, brokerId }, read) {
    if (folderId !== undefined) return folder(folderId);
    return registryId === undefined
      ? resource('Broker', await read.owners.find({ kind: 'broker', id: brokerId ?? '' }))
      : resource('Registry', await read.owners.find({ kind: 'registry', id: registryId }));
  },
  async run({ input: { folderId, registryId, brokerId }, read, page: request, nextPageToken }) {
    const of =
      folderId !== undefined
        ? ({ kind: 'folder', id: folderId } as const)
        : registryId !== undefined
          ? ({ kind: 'registry', id: registryId } as const)
          : ({ kind: 'broker', id: brokerId ?? '' } as const);
    const page = await read.exports.list(of, request);
    return { exports: page.rows.map(toExport), ...nextPageToken(page) };
  },
});

/** What to do, by what the export process found. */
const advice: Readonly<Record<ExportProgress['condition'], string | undefined>> = {
  OK: undefined,
  AWAY: 'The target is away; messages are kept, and sent when it is back.',
  MISCONFIGURED:
    'The target will not take messages as it is: change the export or the target; it is tried again and again.',
  FULL: 'The store of dead letters is full: redeliver or delete some.',
};

const unattended =
  'No export process sends for it: see that one runs (npm run export; it is part of npm start), and what it logs.';

function toState(row: ExportRow, progress: ExportProgress): ExportState {
  const lag = BigInt(progress.head) - BigInt(progress.position);
  const { maxBytes, onFull } = row.backlog as { readonly maxBytes: number; readonly onFull: string };
  const isHeld = onFull === 'HOLD' && lag > 0n && Number(progress.logBytes) >= maxBytes;
  const state = row.paused ? 'PAUSED' : isHeld ? 'FULL' : stateOf(progress, lag);
  const why = progress.isUnattended ? unattended : advice[progress.condition];
  const message = row.paused
    ? 'Messages are recorded and not sent: resume the export to send them.'
    : isHeld
      ? `The log is full, and publishers wait: see that the target takes messages, raise backlog.maxBytes, or skip some.${why ? ` ${why}` : ''}`
      : why;
  return {
    state,
    ...text('message', message ?? null),
    head: progress.head,
    cursor: progress.position,
    lagMessages: String(lag),
    lagBytes: progress.lagBytes,
    ...time('oldestMessageAt', progress.oldestWaitingAt),
    ...time('lastSuccessAt', progress.lastSuccessAt),
    ...text('lastError', progress.lastError),
    ...time('nextAttemptAt', progress.nextAttemptAt),
    delivered: progress.delivered,
    discarded: progress.discarded,
    skipped: progress.skipped,
    deadLetters: progress.deadLetters,
    ...text('holder', progress.holder),
  };
}

function stateOf({ condition, isUnattended }: ExportProgress, lag: bigint): ExportState['state'] {
  if (isUnattended) return 'MISCONFIGURED';
  if (condition === 'FULL') return 'FULL';
  if (lag === 0n) return 'IDLE';
  if (condition === 'AWAY') return 'RETRYING';
  return condition === 'MISCONFIGURED' ? 'MISCONFIGURED' : 'DELIVERING';
}
