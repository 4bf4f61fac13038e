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
    case 'alias': {
      const written = exactly(lookup);
      const owner = written === undefined ? undefined : directory.aliasOwner(lookup.registryId, written);
      return owner ? [owner] : findOwners(directory, findAliasOwners, lookup);
    }
  }
}

type AliasLookup = DeviceLookup & { by: 'alias' };

/** The topic, as far as an alias can reach into it, if it is one topic and no filter with wildcards. */
function exactly({ candidates, beginning }: AliasLookup): string | undefined {
  return beginning === undefined ? candidates.at(-1) : undefined;
}

async function findOwners(
  directory: DeviceDirectory,
  findAliasOwners: FindAliasOwners,
  lookup: AliasLookup,
): Promise<readonly KnownDevice[]> {
  const { registryId, candidates, beginning } = lookup;
  const ids = await findAliasOwners({ registryId, candidates, beginning, limit: ALIAS_LOOKUP_LIMIT });
  const found = await Promise.all(ids.map((id) => directory.get(id)));
  const devices = found.filter((device) => device !== undefined);
  const written = exactly(lookup);
  const owner = devices[0];
  // The owners and the devices are read one after the other: what is kept must hold by the device alone.
  if (written !== undefined && owner && candidates.some((alias) => owner.facts.aliases.has(alias)))
    directory.keepAliasOwner(written, owner);
  return devices;
}

function asList(device: KnownDevice | undefined): readonly KnownDevice[] {
  return device === undefined ? [] : [device];
}
