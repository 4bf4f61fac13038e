import { prefixRangeEnd } from '../../database/prefix-range.ts';
import type { Queryable } from '../queryable.ts';

export interface RetainedMessageRange {
  readonly registryId: string;
  /** Topics that begin so; if `exact`, only the topic that is this. */
  readonly beginning: string;
  readonly exact: boolean;
  /** The last topic of the page before. */
  readonly after: string | undefined;
}

export interface RetainedMessageRow {
  readonly topic: string;
  readonly payload: Buffer;
  readonly version: number;
}

/** Rows of one page, and the payload bytes after which it ends: what lies in memory until a client has taken it. */
const pageRows = 500;
const pageBytes = 64 * 1024;

/** So many characters of a topic are in the index, which cannot hold all; they narrow a range down, the topic itself decides. */
const indexed = 500;

/** One page of retained messages in the order of their topics; an empty one is the end. */
export async function readRetainedMessages(
  db: Queryable,
  { registryId, beginning, exact, after }: RetainedMessageRange,
): Promise<readonly RetainedMessageRow[]> {
  const { rows } = await db.query<Stored>(
    `SELECT topic, payload, version FROM (
       SELECT topic, payload, version,
              sum(octet_length(payload)) OVER (ORDER BY topic) - octet_length(payload) AS bytes_before
       FROM (
         SELECT topic, payload, version FROM permanent_messages
         WHERE registry_id = $1 AND topic >= $2 AND topic < $3 AND ($4::text IS NULL OR topic > $4)
           AND left(topic, ${indexed}) BETWEEN left(coalesce($4, $2), ${indexed}) AND left($3, ${indexed})
         ORDER BY left(topic, ${indexed}), topic LIMIT $5
       ) AS candidates
     ) AS measured
     WHERE bytes_before < $6
     ORDER BY topic`,
    [
      registryId,
      beginning,
      exact ? `${beginning}\u0001` : prefixRangeEnd(beginning),
      after ?? null,
      pageRows,
      pageBytes,
    ],
  );
  return rows.map(toRow);
}

/** The message of one topic, with its version; undefined: none is stored. */
export async function readRetainedMessage(
  db: Queryable,
  registryId: string,
  topic: string,
): Promise<RetainedMessageRow | undefined> {
  const { rows } = await db.query<Stored>(
    `SELECT topic, payload, version FROM permanent_messages
     WHERE registry_id = $1 AND topic_sha256 = sha256(convert_to($2, 'UTF8'))`,
    [registryId, topic],
  );
  return rows.map(toRow)[0];
}

/** A message with the registry in which it is stored. */
export interface WrittenMessage extends RetainedMessageRow {
  readonly registryId: string;
}

/** Messages of one page, each of 256 KiB at most. */
const writtenPage = 100;

/**
 * The messages that a node of a cluster stored last, in the order of their versions, a page at a time: those from the minute before it last
 * renewed its row on, by the database's clock alone. What it stored before, it has handed over. Reads the whole table: nodes die seldom,
 * and an index would cost every write.
 */
export async function readLastWrittenBy(
  db: Queryable,
  incarnation: string,
  afterVersion: number,
): Promise<readonly WrittenMessage[]> {
  const { rows } = await db.query<Stored & { registry_id: string }>(
    `SELECT registry_id, topic, payload, version FROM permanent_messages
     WHERE writer = $1 AND version > $2
       AND updated_at > (SELECT renewed_at FROM cluster_nodes WHERE incarnation = $1) - interval '1 minute'
     ORDER BY version LIMIT ${writtenPage}`,
    [incarnation, afterVersion],
  );
  return rows.map((row) => ({ ...toRow(row), registryId: row.registry_id }));
}

interface Stored {
  readonly topic: string;
  readonly payload: Buffer;
  readonly version: string;
}

function toRow({ topic, payload, version }: Stored): RetainedMessageRow {
  return { topic, payload, version: Number(version) };
}
