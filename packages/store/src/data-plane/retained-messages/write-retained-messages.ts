import { DatabaseUnavailableError } from '../../database/errors.ts';
import { isOwner } from '../owners.ts';
import type { Queryable } from '../queryable.ts';
import {
  type MeasuredWrite,
  type PermanentQuotas,
  type PermanentQuotaWarning,
  quotaWarnings,
  type RetainedOutcome,
} from './permanent-quotas.ts';

export interface RetainedMessageWrite {
  readonly registryId: string;
  /** The folder that the registry was in when the message was taken; absent: not known. */
  readonly folderId?: string | undefined;
  /** The full name. */
  readonly topic: string;
  /** The device whose topic it is; undefined for a registry's topic. */
  readonly deviceId: string | undefined;
  /** Empty: the retained message is removed. */
  readonly payload: Buffer;
}

/** Rows that the write needs are locked by another transaction for longer than it may wait; it may be tried again. */
export class RowsLockedError extends Error {
  override readonly name = 'RowsLockedError';

  constructor(cause: unknown) {
    super('rows are locked', { cause });
  }
}

/** The node is not a member of its cluster any more: others have gone on without it, and nothing was stored. */
export class NotAMemberError extends Error {
  override readonly name = 'NotAMemberError';

  constructor() {
    super('this node is not a member of its cluster');
  }
}

/** PostgreSQL's foreign_key_violation. */
const ownerGone = '23503';
/** lock_not_available, query_canceled (after the statement's time), deadlock_detected. */
const locked: ReadonlySet<unknown> = new Set(['55P03', '57014', '40P01']);

export interface PermanentWriteOptions {
  readonly quotas: PermanentQuotas;
  /** For how long to wait for rows that are locked. */
  readonly lockTimeoutMs: number;
  /** Nothing is stored unless this node of a cluster is a member: it says so in the same transaction. */
  readonly member?: string | undefined;
}

export interface RetainedWriteResult {
  /** In the order of the writes. */
  readonly outcomes: readonly RetainedOutcome[];
  /** Of each that was stored or cleared, in the order of the writes: of one topic the later has the higher. */
  readonly versions: readonly (number | undefined)[];
  readonly warnings: readonly PermanentQuotaWarning[];
}

/**
 * Stores many messages in one statement, so in one transaction; each topic at most once. Messages of devices and
 * registries that are gone are left out, also if others have their IDs by now. A message is refused, and the others are
 * stored, if its owner would have more than its quota; one that takes no more room than the message before it is always stored.
 *
 * @throws RowsLockedError, DatabaseUnavailableError; or whatever a row is refused for, and then none is stored
 */
export async function writeRetainedMessages(
  db: Queryable,
  writes: readonly RetainedMessageWrite[],
  options: PermanentWriteOptions,
): Promise<RetainedWriteResult> {
  // One order for everybody: two nodes that write the same topics must not wait for each other crosswise.
  const ordered = [...writes.entries()].toSorted(
    ([, a], [, b]) => compare(a.registryId, b.registryId) || compare(a.topic, b.topic),
  );
  const measured = await writeOrdered(
    db,
    ordered.map(([, write]) => write),
    options,
  );
  const outcomes = writes.map((): RetainedOutcome => 'stored');
  const versions = writes.map((): number | undefined => undefined);
  for (const [at, [index]] of ordered.entries()) {
    outcomes[index] = measured[at]?.outcome ?? 'stored';
    versions[index] = measured[at]?.version;
  }
  return { outcomes, versions, warnings: quotaWarnings(measured, options.quotas) };
}

async function writeOrdered(
  db: Queryable,
  writes: readonly RetainedMessageWrite[],
  options: PermanentWriteOptions,
): Promise<readonly MeasuredWrite[]> {
  try {
    return await upsert(db, writes, options);
  } catch (error) {
    const code = stateOf(error);
    if (locked.has(code)) throw new RowsLockedError(error);
    if (code !== ownerGone) throw error;
    // An owner was deleted between the look and the write; it will not be found again.
    return upsert(db, writes, options);
  }
}

/** The SQLSTATE, also of an error that was translated into "the database is not available". */
function stateOf(error: unknown): unknown {
  const original = error instanceof DatabaseUnavailableError ? error.cause : error;
  return (original as { code?: unknown } | undefined)?.code;
}

interface MeasuredRow {
  readonly outcome: RetainedOutcome | 'fenced';
  readonly version: string | null;
  readonly topics_before: number;
  readonly bytes_before: string;
  readonly topics_added: number;
  readonly bytes_added: number;
}

/**
 * The lock time-out holds for this statement alone; `given` hangs on it, so that it is set before any row is locked. A registry is
 * locked as by a foreign key: it is not deleted and made anew, in another folder, before this is committed. The counters are locked
 * before they are read: another that writes for the same owner meanwhile waits, and none gets beyond its quota.
 */
async function upsert(
  db: Queryable,
  writes: readonly RetainedMessageWrite[],
  { quotas, lockTimeoutMs, member }: PermanentWriteOptions,
): Promise<readonly MeasuredWrite[]> {
  const { rows } = await db.query<MeasuredRow>(
    `WITH patience AS MATERIALIZED (
       SELECT set_config('lock_timeout', $5, true)
     ), given AS MATERIALIZED (
       SELECT given.*, coalesce(device_id, '') AS device, sha256(convert_to(topic, 'UTF8')) AS topic_sha256
       FROM patience, unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $11::text[])
         WITH ORDINALITY AS given(registry_id, topic, device_id, payload, folder_id, position)
     ), owners AS MATERIALIZED (
       SELECT registries.id, registries.folder_id FROM registries
       WHERE registries.id IN (SELECT registry_id FROM given)
       ORDER BY registries.id FOR KEY SHARE
     ), usage AS MATERIALIZED (
       SELECT used.registry_id, coalesce(used.device_id, '') AS device, used.topics, used.bytes
       FROM permanent_usage AS used
       WHERE (used.registry_id, coalesce(used.device_id, '')) IN (SELECT registry_id, device FROM given)
       ORDER BY used.registry_id, coalesce(used.device_id, '')
       FOR UPDATE OF used
     ), measured AS (
       SELECT given.*, owners.id IS NOT NULL AND (given.device_id IS NULL OR devices.id IS NOT NULL) AS has_owner,
              CASE WHEN given.payload <> '' THEN (stored.topic IS NULL)::int ELSE -(stored.topic IS NOT NULL)::int END AS topics_added,
              CASE WHEN given.payload <> '' THEN octet_length(given.topic) + octet_length(given.payload) ELSE 0 END
                - coalesce(octet_length(stored.topic) + octet_length(stored.payload), 0) AS bytes_added
       FROM given
       LEFT JOIN owners ON owners.id = given.registry_id AND ${isOwner('owners')}
       LEFT JOIN devices ON devices.id = given.device_id AND devices.registry_id = given.registry_id
       LEFT JOIN permanent_messages AS stored
         ON stored.registry_id = given.registry_id AND stored.topic_sha256 = given.topic_sha256
     ), summed AS (
       SELECT measured.*, coalesce(usage.topics, 0) AS topics_before, coalesce(usage.bytes, 0) AS bytes_before,
              sum(topics_added) OVER so_far AS topics_so_far, sum(bytes_added) OVER so_far AS bytes_so_far
       FROM measured LEFT JOIN usage USING (registry_id, device)
       WINDOW so_far AS (PARTITION BY registry_id, device, has_owner ORDER BY payload <> '', position)
     ), checked AS MATERIALIZED (
       SELECT summed.*,
              CASE WHEN NOT has_owner THEN 'gone'
                   WHEN payload = '' THEN 'cleared'
                   WHEN topics_added > 0 AND topics_before + topics_so_far
                     > CASE WHEN device = '' THEN $8::int ELSE $6::int END THEN 'topics'
                   WHEN bytes_added > 0 AND bytes_before + bytes_so_far
                     > CASE WHEN device = '' THEN $9::bigint ELSE $7::bigint END THEN 'bytes'
                   ELSE 'stored' END AS outcome
       FROM summed
     ), fence AS MATERIALIZED (
       SELECT FROM cluster_nodes WHERE incarnation = $10 AND state = 'member' FOR SHARE
     ), cleared AS (
       DELETE FROM permanent_messages AS stored USING checked
       WHERE checked.outcome = 'cleared' AND ($10::text IS NULL OR EXISTS (SELECT FROM fence))
         AND stored.registry_id = checked.registry_id AND stored.topic_sha256 = checked.topic_sha256
       RETURNING stored.registry_id, stored.topic_sha256, nextval('permanent_versions') AS version
     ), written AS (
       INSERT INTO permanent_messages AS stored
         (registry_id, topic, topic_sha256, device_id, payload, updated_at, version, writer)
       SELECT checked.registry_id, checked.topic, checked.topic_sha256, checked.device_id, checked.payload,
              clock_timestamp(), nextval('permanent_versions'), $10
       FROM checked
       WHERE checked.outcome = 'stored' AND ($10::text IS NULL OR EXISTS (SELECT FROM fence))
       ORDER BY checked.position
       ON CONFLICT (registry_id, topic_sha256)
       DO UPDATE SET payload = excluded.payload, device_id = excluded.device_id, updated_at = excluded.updated_at,
                     version = nextval('permanent_versions'), writer = excluded.writer
       RETURNING stored.registry_id, stored.topic_sha256, stored.version
     )
     SELECT CASE WHEN $10::text IS NULL OR EXISTS (SELECT FROM fence) THEN outcome ELSE 'fenced' END AS outcome,
            topics_before, bytes_before, topics_added, bytes_added, version
     FROM checked LEFT JOIN (SELECT * FROM written UNION ALL SELECT * FROM cleared) AS done
       USING (registry_id, topic_sha256)
     ORDER BY position`,
    [
      writes.map(({ registryId }) => registryId),
      writes.map(({ topic }) => topic),
      writes.map(({ deviceId }) => deviceId ?? null),
      writes.map(({ payload }) => payload),
      `${lockTimeoutMs}ms`,
      quotas.device.topics,
      quotas.device.bytes,
      quotas.registry.topics,
      quotas.registry.bytes,
      member ?? null,
      writes.map(({ folderId }) => folderId ?? null),
    ],
  );
  return rows.map((row, at) => {
    const { registryId, folderId, deviceId } = writes[at] as RetainedMessageWrite;
    if (row.outcome === 'fenced') throw new NotAMemberError();
    return {
      ...{ registryId, folderId, deviceId, outcome: row.outcome },
      version: row.version === null ? undefined : Number(row.version),
      before: { topics: row.topics_before, bytes: Number(row.bytes_before) },
      added: { topics: row.topics_added, bytes: row.bytes_added },
    };
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
