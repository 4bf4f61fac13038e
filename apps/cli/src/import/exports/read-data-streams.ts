/**
 * Exports to data streams of the old service, as `yc iot registry yds-export list --format json` writes them, in
 * `yds-exports-<registry ID>.json` beside the export. Where the streams are, the operator of the server says.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ExportReading,
  exportName,
  isFields,
  type ReadExport,
  readingOf,
  readList,
  text,
} from './entries.ts';

const fileName = /^yds-exports-([a-z0-9]{1,50})\.json$/;

/** @throws CliError if one of the files cannot be read as a list */
export async function readDataStreams(folder: string): Promise<ExportReading> {
  const names = await readdir(folder).catch(() => []);
  const read = [];
  for (const name of names.sort()) {
    const [, registryId] = fileName.exec(name) ?? [];
    if (registryId === undefined) continue;
    const entries = await readList(join(folder, name), 'exports to data streams');
    read.push(...entries.map((entry) => readDataStream(entry, registryId)));
  }
  return readingOf(read);
}

function readDataStream(entry: unknown, registryId: string): ReadExport | ExportReading['others'][number] {
  const fields = isFields(entry) ? entry : {};
  const name = text(fields['name']) ?? text(fields['id']) ?? 'without a name';
  const title = `data stream export ${name}`;
  const of = text(fields['registry_id']) ?? registryId;
  const database = text(fields['database']);
  const stream = text(fields['stream']);
  if (of !== registryId) return { title, reason: `it is of the registry ${of}, and not of ${registryId}` };
  if (database === undefined || stream === undefined)
    return { title, reason: 'it names no database or no stream' };
  const mqttTopicFilter = text(fields['mqtt_topic_filter']);
  const serviceAccountId = text(fields['service_account_id']);
  return {
    title,
    registryId,
    dataStream: {
      ...{ name: exportName(name), database, stream, paused: true },
      ...(mqttTopicFilter !== undefined && { mqttTopicFilter }),
      ...(serviceAccountId !== undefined && { serviceAccountId }),
    },
  };
}
