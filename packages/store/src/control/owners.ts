/** Registries, devices and brokers as owners of credentials: the same columns under three names. */
import type { RegistryStatus, ResourceStatus } from '../generated/enums.ts';
import type { Db } from './db.ts';

export type OwnerKind = 'registry' | 'device' | 'broker';

export interface Owner {
  readonly kind: OwnerKind;
  readonly id: string;
}

/** A resource, and where it is: what is kept of it is looked up by all three, since it outlives the resource. */
export interface OwnerInFolder extends Owner {
  readonly folderId: string;
}

/** What decides who may see a resource. */
export interface OwnerRow {
  readonly id: string;
  readonly folderId: string;
  readonly status: RegistryStatus | ResourceStatus;
}

/** The folder that a resource lies in. One query by primary key. */
export async function findOwner(db: Db, { kind, id }: Owner): Promise<OwnerRow | undefined> {
  const query = { where: { id }, select: { id: true, folderId: true, status: true } } as const;
  const row =
    kind === 'registry'
      ? await db.registry.findUnique(query)
      : kind === 'device'
        ? await db.device.findUnique(query)
        : await db.broker.findUnique(query);
  return row ?? undefined;
}

/** The columns that name an owner, for a condition or a new row. */
export function ownerColumn({ kind, id }: Owner) {
  switch (kind) {
    case 'registry':
      return { registryId: id };
    case 'device':
      return { deviceId: id };
    case 'broker':
      return { brokerId: id };
  }
}
