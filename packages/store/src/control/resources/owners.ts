/** Registries, devices and brokers as owners of credentials: the same columns under three names. */
import { prepare, type Sql } from '../../database/sql.ts';

export type OwnerKind = 'registry' | 'device' | 'broker';

export interface Owner {
  readonly kind: OwnerKind;
  readonly id: string;
}

/** A resource, and where it is: what is kept of it is looked up by all three, since it outlives the resource. */
export interface OwnerInFolder extends Owner {
  readonly folderId: string;
}

/** Where a resource belongs, by which access to it is decided. */
export interface OwnerRow {
  readonly id: string;
  readonly folderId: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING' | 'DISABLED';
}

const statements = {
  registry: ownerStatement('registry', 'registries'),
  device: ownerStatement('device', 'devices'),
  broker: ownerStatement('broker', 'brokers'),
};

function ownerStatement(kind: OwnerKind, table: string) {
  return prepare(
    `find-owner-${kind}`,
    `SELECT id, folder_id AS "folderId", status::text FROM ${table} WHERE id = $1`,
  );
}

/** The folder that a resource lies in. One query by primary key. */
export async function findOwner(db: Sql, { kind, id }: Owner): Promise<OwnerRow | undefined> {
  return (await db.query<OwnerRow>(statements[kind](id))).rows[0];
}
