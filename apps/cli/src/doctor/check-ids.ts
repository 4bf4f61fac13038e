/** An upgrade may have found that several resources have one ID: none of them can connect until an operator decides. */
import { getMigrationStatus, listMigrationDevices } from '@iotcore/sdk';
import { answer } from '../calls.ts';
import type { CliContext } from '../context.ts';
import { type Finding, messageOf } from './finding.ts';

const check = 'IDs';
/** Resources that are named in the finding. */
const namedResources = 20;

/** Those of the folder that share their ID with other resources, wherever these are. */
export async function checkIds(context: CliContext): Promise<Finding> {
  try {
    const client = await context.api();
    const folderId = await context.configuration.folderId();
    const { registries, brokers } = await answer(getMigrationStatus({ client, query: { folderId } }));
    const shared = [
      ...registries.flatMap(({ registryId, idConflict }) => (idConflict ? [`registry ${registryId}`] : [])),
      ...brokers.flatMap(({ brokerId, idConflict }) => (idConflict ? [`broker ${brokerId}`] : [])),
    ];
    let count = shared.length;
    for (const { registryId, devicesInConflict = 0 } of registries) {
      if (devicesInConflict === 0) continue;
      count += devicesInConflict;
      if (shared.length >= namedResources) continue;
      const query = { filter: 'ID_CONFLICT', pageSize: namedResources } as const;
      const { devices } = await answer(listMigrationDevices({ client, path: { registryId }, query }));
      shared.push(...devices.map(({ deviceId }) => `device ${deviceId}`));
    }
    return idsFinding(folderId, shared, count);
  } catch (error) {
    return { status: 'fail', check, finding: messageOf(error) };
  }
}

/** `shared`: some of those that have an ID with another resource; `count`: how many there are. */
export function idsFinding(folderId: string, shared: readonly string[], count: number): Finding {
  if (count === 0) return { status: 'ok', check, finding: `each in the folder ${folderId} has one owner` };
  const named = shared.slice(0, namedResources);
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  return {
    status: 'fail',
    check,
    finding: `other resources have the IDs of ${named.join(', ')}${more}: none of them can connect`,
    advice: 'delete all but one of each; the log of the API says whose the others are',
    details: { shared: named, count },
  };
}
