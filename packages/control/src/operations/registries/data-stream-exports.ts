/**
 * Exports to data streams, as the old service has them: each is an export to Kafka. Where the servers of a stream are, and who
 * logs in there, says the operator and not the caller (docs/decisions/0027-data-streams.md).
 */
import {
  AddDataStreamExportRequest,
  type DataStreamExport,
  type DataStreamServers,
  dataStreamExportId,
  ListDataStreamExportsResponse,
  Operation,
  resourceNames,
  type ShownExportTarget,
} from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import type { ExportRow, NewExport, Reads } from '@iotcore/store/control';
import { ApiError, errors } from '../../errors/catalogue.ts';
import type { DataStreams } from '../../exports/data-streams.ts';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { owedBy } from '../exports/export.ts';
import { type NewExportNeeds, newExport } from '../exports/new-export.ts';
import { checkSource } from '../exports/source.ts';
import { type OwnerTarget, ownerIds, ownerSubject } from '../shared/owner.ts';

const names = resourceNames.registry;
const { tag: service } = names;
const common = { service, subject: ownerSubject(names) } as const;

type StreamTarget = NonNullable<ShownExportTarget['kafka']>;

interface AddNeeds extends NewExportNeeds {
  readonly dataStreams: DataStreams;
  readonly exportStoreBytes: number;
}

export const listDataStreamExports = defineOperation({
  ...common,
  name: 'listDataStreamExports',
  summary: 'Lists the exports of a registry to data streams',
  permission: 'view',
  ids: ownerIds(names),
  output: ListDataStreamExportsResponse,
  async run({ target: { id }, read }) {
    const dataStreamExports: DataStreamExport[] = [];
    for await (const row of exportsOf(id, read)) {
      const shown = toDataStreamExport(row);
      if (shown) dataStreamExports.push(shown);
    }
    return { dataStreamExports };
  },
});

export const addDataStreamExport = defineOperation({
  ...common,
  ...mutation(names, 'AddDataStreamExport'),
  summary: 'Adds an export of a registry to a data stream',
  description:
    'An export to Kafka, in the form in which the old service wrote to its data streams. What the logs of exports may hold, and how an export is paused or replayed, is said of exports.',
  permission: 'administer',
  keyed: true,
  ids: ownerIds(names),
  message: AddDataStreamExportRequest,
  output: Operation,
  async run({ input, target, read, commit }, needs: AddNeeds) {
    const { name, mqttTopicFilter, database, stream, serviceAccountId, paused } = input;
    const servers = serversOf(database, needs.dataStreams);
    const source = { registryId: target.id, ...(mqttTopicFilter !== undefined && { mqttTopicFilter }) };
    await checkSource(source, 'mqttTopicFilter', read);
    const kafka = { ...servers, topic: stream, format: 'YDS_JSON' } as const;
    const given = { name, source, target: { kafka }, paused };
    const row = await streamExport(given, target.folderId, needs);
    const dataStream = { database, ...text('serviceAccountId', serviceAccountId ?? null) };
    const shown = { kafka: { ...(row.target as { kafka: StreamTarget }).kafka, dataStream } };
    return commit(async (tx) => {
      const made = await tx.exports.create({ ...row, target: shown }, needs.exportStoreBytes);
      const response = asAny(`${names.protoPackage}.DataStreamExport`, toDataStreamExport(made) ?? {});
      return { ...mutationOf(target, made.id), response };
    });
  },
});

export const deleteDataStreamExport = defineOperation({
  ...common,
  ...mutation(names, 'DeleteDataStreamExport'),
  summary: 'Deletes an export of a registry to a data stream',
  description: 'With what it still owed.',
  permission: 'administer',
  ids: { ...ownerIds(names), dataStreamExportId },
  output: Operation,
  async run({ input: { dataStreamExportId: id }, target, read, commit }) {
    const row = await read.exports.find(id);
    if (row?.registryId !== target.id || !toDataStreamExport(row))
      throw errors.notFound('Data stream export');
    const details = await owedBy(id, read);
    return commit(async (tx) => {
      await tx.exports.delete(id);
      return { ...mutationOf(target, id), response: empty, details };
    });
  },
});

/** @throws UNIMPLEMENTED where there are no data streams, INVALID_ARGUMENT for an unknown database */
function serversOf(database: string, dataStreams: DataStreams): DataStreamServers {
  if (dataStreams.areNone)
    throw errors.unimplemented(
      'No data streams are set up here. The operator names their servers in IOT_DATA_STREAMS_FILE; or create an export with POST /ext/v1/exports in the REST API, or `iotcore export`.',
    );
  const servers = dataStreams.serversOf(database);
  if (servers) return servers;
  const description = 'The operator has named no servers of it: see IOT_DATA_STREAMS_FILE.';
  throw errors.invalidArgument([{ field: 'database', description }]);
}

/** @throws FAILED_PRECONDITION for what is wrong with the servers, which the operator has named, not the caller */
async function streamExport(...given: Parameters<typeof newExport>): Promise<NewExport> {
  try {
    return await newExport(...given);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 'INVALID_ARGUMENT') throw error;
    throw errors.dataStreamServersUnusable(error.message);
  }
}

async function* exportsOf(registryId: string, read: Reads): AsyncGenerator<ExportRow> {
  let after: string | undefined;
  do {
    const page = await read.exports.list({ kind: 'registry', id: registryId }, { after, limit: 1000 });
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
}

/** Undefined: it was not added as one, or has another target by now. */
function toDataStreamExport(row: ExportRow): DataStreamExport | undefined {
  const { kafka } = row.target as ShownExportTarget;
  if (!kafka?.dataStream || row.registryId === null) return undefined;
  return {
    id: row.id,
    ...text('name', row.name),
    registryId: row.registryId,
    ...text('mqttTopicFilter', row.mqttTopicFilter),
    database: kafka.dataStream.database,
    stream: kafka.topic,
    ...text('serviceAccountId', kafka.dataStream.serviceAccountId ?? null),
    createdAt: row.createdAt.toISOString(),
  };
}

function mutationOf({ id, folderId }: OwnerTarget, dataStreamExportId: string) {
  return { resourceId: id, folderId, metadata: { registryId: id, dataStreamExportId } };
}
