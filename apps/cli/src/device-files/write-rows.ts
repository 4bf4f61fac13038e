import type { ExportedDevice } from '@iotcore/sdk';
import { stringify } from 'csv-stringify/sync';
import { snakeCase } from '../output/snake-case.ts';
import { cellOfValue, columns } from './columns.ts';
import type { FileFormat } from './read-rows.ts';

/** The lines of a file of devices, each with its end. */
export async function* writeRows(
  devices: AsyncIterable<ExportedDevice>,
  format: FileFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield stringify([columns]);
  for await (const device of devices) {
    const row = rowOf(device);
    if (format === 'ndjson') yield `${JSON.stringify(row)}\n`;
    else yield stringify([columns.map((column) => cellOfValue(row[column]))]);
  }
}

/** What an import takes: neither when the device was last seen, nor how many passwords it has. */
function rowOf({ monitoringData: _, passwordCount: __, registryId: ___, ...device }: ExportedDevice) {
  return snakeCase(device) as Record<string, unknown>;
}
