import { endOfRange } from './devices.ts';
import type { Queryable } from './queryable.ts';

export interface PermanentMessageWrite {
  readonly registryId: string;
  /** The full name. */
  readonly topic: string;
  /** The device whose topic it is; undefined for a registry's topic. */
  readonly deviceId: string | undefined;
  /** Empty: the stored message is removed. */
  readonly payload: Buffer;
}

/** PostgreSQL's foreign_key_violation. */
const OWNER_GONE = '23503';

/**
 * Stores many messages in one statement, so in one transaction; each topic at most once. Messages of devices and
 * registries that are gone are left out.
 */
export async function writePermanentMessages(
  db: Queryable,
  writes: readonly PermanentMessageWrite[],
): Promise<void> {
  // One order for everybody: two nodes that write the same topics must not wait for each other crosswise.
  const ordered = writes.toSorted((a, b) => compare(a.registryId, b.registryId) || compare(a.topic, b.topic));
  try {
    await upsert(db, ordered);
  } catch (error) {
    // An owner was deleted between the look and the write; it will not be found again.
    if ((error as { code?: unknown }).code !== OWNER_GONE) throw error;
    await upsert(db, ordered);
  }
}

async function upsert(db: Queryable, writes: readonly PermanentMessageWrite[]): Promise<void> {
  await db.query(
    `WITH given AS (
       SELECT *, sha256(convert_to(topic, 'UTF8')) AS topic_sha256
       FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
         AS given(registry_id, topic, device_id, payload)
     ), cleared AS (
       DELETE FROM permanent_messages AS stored USING given
       WHERE given.payload = '' AND stored.registry_id = given.registry_id AND stored.topic_sha256 = given.topic_sha256
     )
     INSERT INTO permanent_messages AS stored (registry_id, topic, topic_sha256, device_id, payload, updated_at)
     SELECT given.registry_id, given.topic, given.topic_sha256, given.device_id, given.payload, clock_timestamp()
     FROM given
     JOIN registries ON registries.id = given.registry_id
     LEFT JOIN devices ON devices.id = given.device_id
     WHERE given.payload <> '' AND (given.device_id IS NULL OR devices.id IS NOT NULL)
     ON CONFLICT (registry_id, topic_sha256)
     DO UPDATE SET payload = excluded.payload, device_id = excluded.device_id, updated_at = excluded.updated_at`,
    [
      writes.map(({ registryId }) => registryId),
      writes.map(({ topic }) => topic),
      writes.map(({ deviceId }) => deviceId ?? null),
      writes.map(({ payload }) => payload),
    ],
  );
}

export interface PermanentMessageRange {
  readonly registryId: string;
  /** Topics that begin so; if `exact`, only the topic that is this. */
  readonly beginning: string;
  readonly exact: boolean;
  /** The last topic of the page before. */
  readonly after: string | undefined;
}

export interface PermanentMessageRow {
  readonly topic: string;
  readonly payload: Buffer;
}

/** Rows of one page, and the payload bytes after which it ends: what one reader holds in memory. */
const PAGE_ROWS = 500;
const PAGE_BYTES = 1024 * 1024;

/** So many characters of a topic are in the index, which cannot hold all; they narrow a range down, the topic itself decides. */
const INDEXED = 500;

/** One page of stored messages in the order of their topics; an empty one is the end. */
export async function readPermanentMessages(
  db: Queryable,
  { registryId, beginning, exact, after }: PermanentMessageRange,
): Promise<readonly PermanentMessageRow[]> {
  const { rows } = await db.query<PermanentMessageRow>(
    `SELECT topic, payload FROM (
       SELECT topic, payload,
              sum(octet_length(payload)) OVER (ORDER BY topic) - octet_length(payload) AS bytes_before
       FROM (
         SELECT topic, payload FROM permanent_messages
         WHERE registry_id = $1 AND topic >= $2 AND topic < $3 AND ($4::text IS NULL OR topic > $4)
           AND left(topic, ${INDEXED}) BETWEEN left(coalesce($4, $2), ${INDEXED}) AND left($3, ${INDEXED})
         ORDER BY left(topic, ${INDEXED}), topic LIMIT $5
       ) AS candidates
     ) AS measured
     WHERE bytes_before < $6
     ORDER BY topic`,
    [
      registryId,
      beginning,
      exact ? `${beginning}\u0001` : endOfRange(beginning),
      after ?? null,
      PAGE_ROWS,
      PAGE_BYTES,
    ],
  );
  return rows;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
