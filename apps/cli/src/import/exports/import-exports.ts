/** Makes paused exports of what handed messages on in the old service; what was made before stays as it is. */
import * as sdk from '@iotcore/sdk';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { ApiRefusal } from '../../errors.ts';
import type { ExportReading, ReadExport } from './entries.ts';

/** ALREADY_EXISTS of google.rpc. */
const existsAlready = 6;

/** How many did not come over. Each is named with the reason. */
export async function importExports(
  { exports, others }: ExportReading,
  dryRun: boolean,
  context: CliContext,
): Promise<number> {
  const { out } = context;
  let missing = others.length;
  for (const { title, reason } of others) out.note(`${title} does not come over: ${reason}`);
  if (dryRun) {
    for (const { title } of exports) out.note(`${title} would become a paused export`);
    return missing;
  }
  if (exports.length === 0) return missing;
  const client = await context.api();
  for (const one of exports) {
    const { title } = one;
    try {
      const { metadata } = await create(client, one);
      const id = metadata?.['exportId'] ?? metadata?.['dataStreamExportId'];
      out.note(`${title} is the export ${id}, paused: test it, then resume it`);
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      if (error.status.code === existsAlready) {
        out.note(`${title} is an export already`);
        continue;
      }
      missing += 1;
      out.note(`${title} does not come over: ${error.message}`);
    }
  }
  return missing;
}

function create(client: sdk.Client, one: ReadExport): Promise<sdk.Operation> {
  if ('export' in one) return answer(sdk.createExport({ client, body: one.export }));
  const { registryId, dataStream: body } = one;
  return answer(sdk.addDataStreamExport({ client, path: { registryId }, body }));
}
