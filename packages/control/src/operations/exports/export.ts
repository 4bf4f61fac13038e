import type { Export, ShownExportTarget } from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import type { ExportRow, Reads } from '@iotcore/store/control';
import { map, text } from '../../messages/json.ts';
import type { Mutation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';
import { names, noun } from './names.ts';

/** The export that the input names, as what a call is about. */
export async function exportSubject(input: { readonly exportId: string }, read: Reads) {
  return resource(noun, await read.exports.find(input.exportId));
}

/** An export as the API shows it: without secrets. */
export function toExport(row: ExportRow): Export {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    ...text('name', row.name),
    ...text('description', row.description),
    ...map('labels', row.labels),
    source: {
      ...text('registryId', row.registryId),
      ...text('deviceId', row.deviceId),
      ...text('brokerId', row.brokerId),
      ...text('mqttTopicFilter', row.mqttTopicFilter),
    },
    target: row.target as ShownExportTarget,
    batch: row.batch as Export['batch'],
    concurrency: row.concurrency,
    retry: row.retry as Export['retry'],
    backlog: row.backlog as Export['backlog'],
    ...(row.paused && { paused: true }),
  };
}

/** What a change says that answers with the export. */
export function exportMutation(row: ExportRow): Mutation {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { exportId: row.id },
    response: asAny(`${names.protoPackage}.Export`, toExport(row)),
  };
}

/** What a change says that answers with nothing. */
export function exportAction(
  { id, folderId }: ExportRow,
  metadata: Readonly<Record<string, string>> = {},
): Mutation {
  return { resourceId: id, folderId, metadata: { exportId: id, ...metadata }, response: empty };
}

/** What the audit event says of an export that is deleted: how many messages it still owed. */
export async function owedBy(id: string, read: Reads): Promise<Readonly<Record<string, string>>> {
  const progress = await read.exports.progress(id);
  const owed = progress ? BigInt(progress.head) - BigInt(progress.position) : 0n;
  return { owedMessages: String(owed) };
}
