/** Rows of processes and of what they did, as each process writes them; and their removal. */
import { setTimeout } from 'node:timers/promises';
import type { Queryable } from '../data-plane/queryable.ts';

/** By their names. */
export type Figures = Readonly<Record<string, number>>;

export interface ProcessRow {
  readonly id: string;
  readonly kind: 'api' | 'mqtt' | 'export';
  readonly version: string;
  /** Of the process: the machine, and its number there. */
  readonly place: string;
  readonly isReady: boolean;
  /** What is known of it from its start, for whoever looks: addresses, names, limits. */
  readonly facts: object;
  readonly figures: Figures;
}

/** What is counted of a registry with its devices, or a broker. */
export interface TenantCounts {
  readonly messagesReceived: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly bytesSent: number;
  readonly messagesDropped: number;
  /** Clients that are known to be its own. */
  readonly refused: number;
}

export interface TenantSample extends TenantCounts {
  readonly kind: 'registry' | 'broker';
  readonly id: string;
  /** That are open. */
  readonly connections: number;
}

/**
 * A process tells of a tenant's connections when they have changed, and when it told of them so long ago: what it told last holds until
 * it tells again, or ends.
 */
export const connectionsToldEveryMs = 3_600_000;

/** Where each count is kept. */
const countColumns = {
  messagesReceived: 'messages',
  bytesReceived: 'bytes_received',
  messagesSent: 'messages_sent',
  bytesSent: 'bytes_sent',
  messagesDropped: 'messages_dropped',
  refused: 'refused',
} as const satisfies Record<keyof TenantCounts, string>;
const countNames = Object.keys(countColumns) as (keyof TenantCounts)[];
const columns = Object.values(countColumns);

/** SQL: name and value of each count of a sample, as VALUES. */
export const tenantCounts = Object.entries(countColumns)
  .map(([name, column]) => `('${name}', ${column}::float8)`)
  .join(', ');

/** Says that this process lives, and how it is. */
export async function writeProcess(db: Queryable, process: ProcessRow): Promise<void> {
  const { id, kind, version, place, isReady, facts, figures } = process;
  await db.query(
    `INSERT INTO processes (id, kind, version, place, ready, facts, figures) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET seen_at = now(), ready = excluded.ready, facts = excluded.facts, figures = excluded.figures`,
    [id, kind, version, place, isReady, JSON.stringify(facts), JSON.stringify(figures)],
  );
}

/** Takes this process off the list, and those that died a day ago or more. */
export async function removeProcess(db: Queryable, id: string): Promise<void> {
  await db.query(`DELETE FROM processes WHERE id = $1 OR seen_at < now() - interval '1 day'`, [id]);
}

/** What a process is and did, of which the second adds up. */
export interface ProcessSample {
  readonly gauges: Figures;
  readonly counts: Figures;
}

/**
 * What a process did in the `step` seconds (10 or 60) that ended at a multiple of these. A second time for the same adds
 * to it: timers are not so exact that each time has one.
 */
export async function writeProcessSample(
  db: Queryable,
  processId: string,
  step: number,
  { gauges, counts }: ProcessSample,
): Promise<void> {
  await db.query(
    `INSERT INTO process_samples AS known (step, at, process_id, figures)
     VALUES ($1::int, date_bin(make_interval(secs => $1::int), now(), 'epoch'), $2, $3::jsonb || $4::jsonb)
     ON CONFLICT (step, at, process_id) DO UPDATE SET figures = known.figures || $3::jsonb || (
       SELECT coalesce(jsonb_object_agg(key, value::float8 + coalesce((known.figures ->> key)::float8, 0)), '{}')
       FROM jsonb_each_text($4::jsonb))`,
    [step, processId, JSON.stringify(gauges), JSON.stringify(counts)],
  );
}

/**
 * What tenants did in the minute that has ended; each is named once. A second time for the same adds to it. What a tenant did that is
 * gone goes with it, since its ID may become another's; one that is deleted meanwhile is waited for, or waits.
 */
export async function writeTenantSamples(
  db: Queryable,
  processId: string,
  samples: readonly TenantSample[],
): Promise<void> {
  await db.query(
    `INSERT INTO tenant_samples AS known (at, process_id, kind, id, connections, ${columns})
     SELECT date_bin('1 minute', now(), 'epoch'), $1, given.*
     FROM unnest($2::text[], $3::text[], $4::int[], ${columns.map((_, index) => `$${index + 5}::bigint[]`)}) AS given(kind, id)
     JOIN resource_ids AS claimed ON claimed.id = given.id AND claimed.kind = given.kind
     FOR KEY SHARE OF claimed
     ON CONFLICT (kind, id, at, process_id) DO UPDATE SET connections = excluded.connections,
       ${columns.map((column) => `${column} = known.${column} + excluded.${column}`)}`,
    [
      processId,
      ...(['kind', 'id', 'connections', ...countNames] as const).map((name) =>
        samples.map((one) => one[name]),
      ),
    ],
  );
}

/** Rows removed by one statement: it holds nobody up. */
const batchRows = 5000;
/** Between two statements, in ms: others have the database meanwhile. */
const pauseMs = 100;

const kept = [
  `process_samples WHERE step = 10 AND at < now() - interval '1 day'`,
  `process_samples WHERE step = 60 AND at < now() - interval '30 days'`,
  `tenant_samples WHERE at < now() - interval '1 day'`,
];

/**
 * Removes what was kept long enough, in small statements with pauses between. What another process removes at the moment
 * is left to it. Stops early when `signal` aborts.
 */
export async function removeOldSamples(db: Queryable, signal?: AbortSignal): Promise<void> {
  for (const rows of kept) {
    const table = rows.split(' ', 1)[0];
    while (!signal?.aborted) {
      const { rowCount } = await db.query(
        `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${rows} LIMIT ${batchRows} FOR UPDATE SKIP LOCKED))`,
      );
      if ((rowCount ?? 0) < batchRows) break;
      await setTimeout(pauseMs);
    }
  }
}
