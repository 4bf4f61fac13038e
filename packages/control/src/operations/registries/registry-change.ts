import { resourceNames } from '@iotcore/contract';
import { asAny } from '@iotcore/contract/records';
import type { RegistryRow } from '@iotcore/store/control';
import { toRegistry } from '../../messages/registry.ts';
import type { Change } from '../../pipeline/operation.ts';

/** What a change says that answers with the registry. */
export function registryChange(row: RegistryRow): Change {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { registryId: row.id },
    response: asAny(`${resourceNames.registry.protoPackage}.Registry`, toRegistry(row)),
  };
}
