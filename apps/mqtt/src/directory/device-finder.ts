import type { DeviceLookup } from '@iotcore/model';
import { ALIAS_LOOKUP_LIMIT } from '@iotcore/model';
import type { DeviceDirectory, KnownDevice } from './device-directory.ts';

export interface AliasOwnerQuery {
  readonly registryId: string;
  readonly candidates: readonly string[];
  readonly beginning: string | undefined;
  readonly limit: number;
}

/** Rejects while the database is away. */
export type FindAliasOwners = (query: AliasOwnerQuery) => Promise<readonly string[]>;

/** Answers the look-ups that the rules of topics ask for; at once where nothing has to be read. */
export function findDevices(
  directory: DeviceDirectory,
  findAliasOwners: FindAliasOwners,
  lookup: DeviceLookup,
): readonly KnownDevice[] | Promise<readonly KnownDevice[]> {
  switch (lookup.by) {
    case 'nothing':
      return [];
    case 'id': {
      const device = directory.get(lookup.deviceId);
      return device instanceof Promise ? device.then(asList) : asList(device);
    }
    case 'alias':
      return findOwners(directory, findAliasOwners, lookup);
  }
}

async function findOwners(
  directory: DeviceDirectory,
  findAliasOwners: FindAliasOwners,
  { registryId, candidates, beginning }: DeviceLookup & { by: 'alias' },
): Promise<readonly KnownDevice[]> {
  const ids = await findAliasOwners({ registryId, candidates, beginning, limit: ALIAS_LOOKUP_LIMIT });
  const devices = await Promise.all(ids.map((id) => directory.get(id)));
  return devices.filter((device) => device !== undefined);
}

function asList(device: KnownDevice | undefined): readonly KnownDevice[] {
  return device === undefined ? [] : [device];
}
