import { resourceNames } from '@iotcore/contract';
import type { RegistryRow } from '@iotcore/store/control';
import type { Change } from '../../../../routing/route.ts';
import { asAny } from '../../../../wire/operation.ts';
import { toRegistry } from '../../../../wire/registry.ts';

/** What a change says that answers with the registry. */
export function registryChange(row: RegistryRow): Change {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { registryId: row.id },
    response: asAny(`${resourceNames.registry.protoPackage}.Registry`, toRegistry(row)),
  };
}
