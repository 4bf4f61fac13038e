/** What exports leave behind: messages that were refused for good, and the last attempts. */
import type { Pool } from 'pg';
import type { Sql } from '../../database/sql.ts';
import { transaction } from '../../database/transaction.ts';
import { appendChunks } from '../../exports/append.ts';
import { keptAttempts } from '../../exports/progress.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError } from '../errors.ts';

export interface DeadLetterRow {
  readonly id: string;
  readonly position: string;
  readonly at: Date;
  readonly attempts: number;
  readonly reason: string;
  readonly answer: string;
  readonly frame: Buffer;
}

/** Ordered by event ID, which is by time. */
export async function listDeadLetters(
  db: Sql,
  exportId: string,
  { after = '', limit }: PageRequest,
): Promise<Page<DeadLetterRow>> {
  const { rows } = await db.query<DeadLetterRow>({
    text: `SELECT id, position, at, attempts, reason, answer, frame FROM export_dead_letters
           WHERE export_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
    values: [exportId, after, limit + 1],
  });
  return toPage(rows, limit, ({ id }) => id);
}

/** Of one commit, as those of the MQTT server. */
const chunkMessages = 1000;
const chunkBytes = 1024 * 1024;

/**
 * Puts dead letters after what waits, in their order, and removes them. `ids` undefined: all that there are now. Answers how many
 * there were. Some at a time, each time in a transaction that ends with the appending: who records for the export, and for others with
 * it, waits for the lock of its head no longer than for another commit.
 *
 * @throws MissingError if the export is gone
 */
export async function redeliverDeadLetters(
  pool: Pool,
  exportId: string,
  ids: readonly string[] | undefined,
): Promise<number> {
  // A target that refuses them at once makes new ones of them meanwhile. Their times are whole ms.
  const { rows } = await pool.query<{ until: string }>(
    `SELECT (clock_timestamp() + interval '1 ms')::text AS until`,
  );
  const until = rows[0]?.until ?? '';
  let redelivered = 0;
  for (;;) {
    const some = await transaction(pool, (tx) => redeliverSome(tx, exportId, ids, until));
    if (some === 0) return redelivered;
    redelivered += some;
  }
}

async function redeliverSome(
  tx: Sql,
  exportId: string,
  ids: readonly string[] | undefined,
  until: string,
): Promise<number> {
  const { rows } = await tx.query<{ frame: Buffer }>({
    text: `
      WITH chosen AS MATERIALIZED (
        SELECT id, sum(octet_length(frame)) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS number
        FROM export_dead_letters WHERE export_id = $1 AND ($2::text[] IS NULL OR id = ANY ($2)) AND at <= $3::timestamptz
        ORDER BY id LIMIT ${chunkMessages}
      ), removed AS (
        DELETE FROM export_dead_letters AS letters USING chosen
        WHERE letters.export_id = $1 AND letters.id = chosen.id AND (chosen.number = 1 OR chosen.bytes <= ${chunkBytes})
        RETURNING letters.id, letters.frame
      )
      SELECT frame FROM removed ORDER BY id`,
    values: [exportId, ids ?? null, until],
  });
  if (rows.length === 0) return 0;
  const chunk = { exportId, messages: rows.length, data: Buffer.concat(rows.map(({ frame }) => frame)) };
  const [appended] = await appendChunks(tx, [chunk], { evenIfFull: true });
  if (appended?.outcome !== 'written') throw new MissingError('Export');
  return rows.length;
}

/** One that is not there has been removed already: it may have become too old. */
export async function deleteDeadLetter(tx: Sql, exportId: string, id: string): Promise<void> {
  await tx.query({
    text: 'DELETE FROM export_dead_letters WHERE export_id = $1 AND id = $2',
    values: [exportId, id],
  });
}

export interface AttemptRow {
  readonly at: Date;
  readonly firstPosition: string;
  readonly lastPosition: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly milliseconds: number;
  readonly error: string | null;
  readonly answer: string;
}

/** The newest first. */
export async function listAttempts(db: Sql, exportId: string): Promise<readonly AttemptRow[]> {
  const { rows } = await db.query<AttemptRow>({
    text: `SELECT at, first_position AS "firstPosition", last_position AS "lastPosition", outcome, status, milliseconds, error, answer
           FROM export_attempts WHERE export_id = $1 ORDER BY id DESC LIMIT ${keptAttempts}`,
    values: [exportId],
  });
  return rows;
}
