import { createId } from '@iotcore/model';
import { prepare, type Sql } from '../../database/sql.ts';
import { ownerColumn } from '../columns.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError } from '../errors.ts';

/** What can be disabled by a block; a registry has a status for it. */
export interface BlockableResource {
  readonly kind: 'device' | 'broker';
  readonly id: string;
}

export interface ResourceBlockFields {
  /** null: it does not end by itself. */
  readonly endsAt: Date | null;
  readonly note: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface ResourceBlockRow extends ResourceBlockFields {
  readonly resourceKind: 'device' | 'broker';
  readonly resourceId: string;
  readonly folderId: string;
}

/** Disables a device or broker, or says anew until when and why: its sessions end, and it may not connect. */
export async function setResourceBlock(
  tx: Sql,
  resource: BlockableResource,
  { endsAt, note, createdAt, createdBy }: ResourceBlockFields,
): Promise<void> {
  const column = ownerColumn(resource);
  await tx.query({
    text: `INSERT INTO resource_blocks (id, ${column}, ends_at, note, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (${column}) DO UPDATE
             SET ends_at = excluded.ends_at, note = excluded.note,
                 created_at = excluded.created_at, created_by = excluded.created_by`,
    values: [createId(), resource.id, endsAt, note, createdAt, createdBy],
  });
}

/** Enables it again. @throws MissingError if it was not disabled */
export async function deleteResourceBlock(tx: Sql, resource: BlockableResource): Promise<void> {
  const { rowCount } = await tx.query({
    text: `DELETE FROM resource_blocks WHERE ${ownerColumn(resource)} = $1`,
    values: [resource.id],
  });
  if (rowCount === 0) throw new MissingError(`Disabled ${resource.kind}`);
}

/** Few resources are disabled: the page is looked for among all of them. */
const byId = prepare(
  'list-resource-blocks',
  `SELECT * FROM (
     SELECT CASE WHEN b.device_id IS NOT NULL THEN 'device' ELSE 'broker' END AS "resourceKind",
            coalesce(b.device_id, b.broker_id) AS "resourceId",
            coalesce(devices.folder_id, brokers.folder_id) AS "folderId",
            b.ends_at AS "endsAt", b.note, b.created_at AS "createdAt", b.created_by AS "createdBy"
     FROM resource_blocks b
     LEFT JOIN devices ON devices.id = b.device_id
     LEFT JOIN brokers ON brokers.id = b.broker_id
     WHERE b.ends_at IS NULL OR b.ends_at > $2
   ) AS block
   WHERE ($1::text IS NULL OR "folderId" = $1) AND "resourceId" > $3
   ORDER BY "resourceId" LIMIT $4`,
);

/** The devices and brokers of a folder, or of all, that are disabled at a time, by their IDs. */
export async function listResourceBlocks(
  db: Sql,
  folderId: string | undefined,
  at: Date,
  { after = '', limit }: PageRequest,
): Promise<Page<ResourceBlockRow>> {
  const { rows } = await db.query<ResourceBlockRow>(byId(folderId, at, after, limit + 1));
  return toPage(rows, limit, ({ resourceId }) => resourceId);
}
