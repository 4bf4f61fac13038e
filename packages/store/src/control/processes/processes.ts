import { prepare, type Sql } from '../../database/sql.ts';

export interface ProcessRow {
  readonly id: string;
  readonly kind: string;
  readonly version: string;
  readonly place: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly isReady: boolean;
  readonly facts: unknown;
  readonly figures: Readonly<Record<string, number>>;
}

/** One that has said nothing for longer has died without a word; it is shown for so long, as not ready. */
const shownMinutes = 10;
/** Three reports. */
const silentSeconds = 30;

const all = prepare(
  'list-processes',
  `SELECT id, kind, version, place, started_at AS "startedAt", seen_at AS "seenAt", facts, figures,
          ready AND seen_at > now() - interval '${silentSeconds} seconds' AS "isReady"
   FROM processes WHERE seen_at > now() - interval '${shownMinutes} minutes' ORDER BY kind, started_at, id`,
);

/** The processes that run, or have died lately, by kind. */
export async function listProcesses(db: Sql): Promise<readonly ProcessRow[]> {
  return (await db.query<ProcessRow>(all())).rows;
}
