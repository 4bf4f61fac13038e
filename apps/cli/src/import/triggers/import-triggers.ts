/** Makes paused exports of triggers; what was made before stays as it is. */
import * as sdk from '@iotcore/sdk';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { ApiRefusal } from '../../errors.ts';
import type { TriggerReading } from './read-triggers.ts';

/** ALREADY_EXISTS of google.rpc. */
const existsAlready = 6;

/** How many did not come over. Each is named with the reason. */
export async function importTriggers(
  { triggers, others }: TriggerReading,
  dryRun: boolean,
  context: CliContext,
): Promise<number> {
  const { out } = context;
  let missing = others.length;
  for (const { name, reason } of others) out.note(`trigger ${name} does not come over: ${reason}`);
  if (dryRun) {
    for (const { name } of triggers) out.note(`trigger ${name} would become a paused export`);
    return missing;
  }
  const client = triggers.length > 0 ? await context.api() : undefined;
  for (const { name, body } of client ? triggers : []) {
    try {
      const { metadata } = await answer(sdk.createExport({ client: client as sdk.Client, body }));
      out.note(`trigger ${name} is the export ${metadata?.['exportId']}, paused: test it, then resume it`);
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      if (error.status.code === existsAlready) {
        out.note(`trigger ${name} is an export already`);
        continue;
      }
      missing += 1;
      out.note(`trigger ${name} does not come over: ${error.message}`);
    }
  }
  return missing;
}
