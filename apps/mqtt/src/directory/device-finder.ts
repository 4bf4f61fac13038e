import type { DeviceLookup } from '@iotcore/model';
import type { AliasQuery } from '@iotcore/store/data-plane';
import type { Asker, DeviceDirectory, KnownDevice } from './device-directory.ts';

/** Waits while the database is away. */
export type FindAliasOwners = (query: AliasQuery, asker: string) => Promise<readonly string[]>;

export interface DeviceFinderParts {
  readonly directory: DeviceDirectory;
  readonly findAliasOwners: FindAliasOwners;
}

/** Answers the look-ups that the rules of topics ask for; at once where nothing has to be read. @throws TooManyLookupsError */
export function findDevices(
  parts: DeviceFinderParts,
  lookup: DeviceLookup,
  asker: Asker,
): readonly KnownDevice[] | Promise<readonly KnownDevice[]> {
  switch (lookup.by) {
    case 'nothing':
      return [];
    case 'id': {
      const device = parts.directory.get(lookup.deviceId, asker);
      return device instanceof Promise ? device.then(asList) : asList(device);
    }
    case 'alias': {
      const written = exactly(lookup);
      const owner =
        written === undefined ? undefined : parts.directory.aliasOwner(lookup.registryId, written);
      return owner ? [owner] : findOwners(parts, lookup, asker);
    }
  }
}

type AliasLookup = DeviceLookup & { by: 'alias' };

/** The topic, as far as an alias can reach into it, if it is one topic and no filter with wildcards. */
function exactly({ candidates, beginning }: AliasLookup): string | undefined {
  return beginning === undefined ? candidates.at(-1) : undefined;
}

async function findOwners(
  { directory, findAliasOwners }: DeviceFinderParts,
  lookup: AliasLookup,
  asker: Asker,
): Promise<readonly KnownDevice[]> {
  const { registryId, candidates, beginning } = lookup;
  const query = { registryId, written: candidates.at(-1) ?? '', beginning };
  const ids = await asker.lookUp(() => findAliasOwners(query, asker.key));
  const found = await Promise.all(ids.map((id) => directory.get(id, asker)));
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
