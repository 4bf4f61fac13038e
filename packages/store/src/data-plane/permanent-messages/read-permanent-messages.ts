import { prefixRangeEnd } from '../../database/prefix-range.ts';
import type { Queryable } from '../queryable.ts';

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

/** Rows of one page, and the payload bytes after which it ends: what lies in memory until a client has taken it. */
const pageRows = 500;
const pageBytes = 64 * 1024;

/** So many characters of a topic are in the index, which cannot hold all; they narrow a range down, the topic itself decides. */
const indexed = 500;

/** One page of retained messages in the order of their topics; an empty one is the end. */
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
  return rows;
}

/** The message of one topic, with its version; undefined: none is stored. */
export async function readPermanentMessage(
  db: Queryable,
  registryId: string,
  topic: string,
): Promise<{ readonly payload: Buffer; readonly version: number } | undefined> {
  const { rows } = await db.query<{ payload: Buffer; version: string }>(
    `SELECT payload, version FROM permanent_messages
     WHERE registry_id = $1 AND topic_sha256 = sha256(convert_to($2, 'UTF8'))`,
    [registryId, topic],
  );
  const [row] = rows;
  return row && { payload: row.payload, version: Number(row.version) };
}
