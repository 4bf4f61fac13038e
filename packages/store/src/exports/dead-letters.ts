/** Messages that a target has refused for good: kept for some days, and up to so many bytes of each export. */
import type { Sql } from '../database/sql.ts';
import type { Lease } from './leases.ts';

export interface NewDeadLetter {
  readonly eventId: string;
  readonly position: number;
  readonly attempts: number;
  readonly reason: string;
  readonly answer: string;
  readonly frame: Buffer;
}

/** Of one export. */
const mostDeadLetterBytes = 100 * 1024 * 1024;
const deadLetterDays = 30;

/** The dead letters of one export, for the holder of its lease. */
export class DeadLetters {
  readonly #db: Sql;
  readonly #lease: Lease;
  readonly #mostBytes: number;
  /**
   * What they take at most. There can be a million of them: they are summed up at the first, and again only when there seems
   * to be no room, since others remove some.
   */
  #bytes = Number.POSITIVE_INFINITY;

  constructor(db: Sql, lease: Lease, mostBytes = mostDeadLetterBytes) {
    this.#db = db;
    this.#lease = lease;
    this.#mostBytes = mostBytes;
  }

  /** `full`: the export has as many as it may. `lost`: the lease is another's, or the export is gone. */
  async add(letter: NewDeadLetter): Promise<'written' | 'full' | 'lost'> {
    if (this.#bytes >= this.#mostBytes) this.#bytes = await this.#sum();
    if (this.#bytes >= this.#mostBytes) return 'full';
    const { exportId, holder, epoch } = this.#lease;
    const { rowCount } = await this.#db.query({
      name: 'write-export-dead-letter',
      text: `
        WITH held AS MATERIALIZED (
          SELECT export_id FROM export_cursors JOIN exports ON exports.id = export_id
          WHERE export_id = $1 AND holder = $2 AND epoch = $3 FOR KEY SHARE OF exports
        )
        INSERT INTO export_dead_letters (export_id, id, position, attempts, reason, answer, frame)
        SELECT $1, $4, $5, $6, $7, $8, $9 FROM held
        ON CONFLICT (export_id, id) DO UPDATE
          SET position = excluded.position, at = clock_timestamp(), attempts = excluded.attempts, reason = excluded.reason, answer = excluded.answer`,
      values: [
        ...[exportId, holder, epoch, letter.eventId, letter.position],
        ...[letter.attempts, letter.reason, letter.answer, letter.frame],
      ],
    });
    if (rowCount === 0) return 'lost';
    this.#bytes += letter.frame.length;
    return 'written';
  }

  async #sum(): Promise<number> {
    const { rows } = await this.#db.query<{ bytes: string }>({
      text: 'SELECT coalesce(sum(octet_length(frame)), 0) AS bytes FROM export_dead_letters WHERE export_id = $1',
      values: [this.#lease.exportId],
    });
    return Number(rows[0]?.bytes);
  }
}

/** Removes dead letters that were kept long enough. */
export async function pruneDeadLetters(db: Sql): Promise<number> {
  const { rowCount } = await db.query({
    text: `DELETE FROM export_dead_letters WHERE (export_id, id) IN (
             SELECT export_id, id FROM export_dead_letters WHERE at < clock_timestamp() - interval '${deadLetterDays} days' LIMIT 1000)`,
    values: [],
  });
  return rowCount ?? 0;
}
