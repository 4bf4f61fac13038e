/** What processes and tenants did, from the samples that they have left. */
import { prepare, type Sql } from '../../database/sql.ts';
import { connectionsToldEveryMs, tenantCounts } from '../../processes/samples.ts';

export interface MetricsRange {
  readonly from: Date;
  readonly to: Date;
  /** Seconds of a point. */
  readonly step: number;
}

export interface MetricsPoint {
  readonly at: Date;
  readonly figures: Readonly<Record<string, number>>;
}

/** Of several processes the longest. */
const delays = ['eventLoopDelayMs', 'changeFeedBehindMs'];
/** What is as it is at a time; everything else is counted. */
const gauges = [
  ...delays,
  'connections',
  'subscriptions',
  'memoryBytes',
  'databaseConnections',
  'databaseWaiting',
];
const oneOf = (names: readonly string[]) => `key = ANY ('{${names}}')`;

/**
 * Of several processes the sum at each time, of delays the longest; of a point's times the mean of what is, and the sum of what is
 * counted.
 */
const points = (samples: string) => `
  WITH at_time AS (
    SELECT at, key, CASE WHEN ${oneOf(delays)} THEN max(value) ELSE sum(value) END AS value
    FROM (${samples}) AS sample GROUP BY at, key
  ),
  point AS (
    SELECT date_bin(make_interval(secs => $1), at, 'epoch') AS at, key,
           CASE WHEN ${oneOf(gauges)} THEN round(avg(value)::numeric, 1)::float8 ELSE sum(value) END AS value
    FROM at_time GROUP BY 1, key
  )
  SELECT at, json_object_agg(key, value) AS figures FROM point GROUP BY at ORDER BY at`;

const ofProcesses = prepare(
  'read-process-metrics',
  points(`SELECT at, f.key, f.value::float8 AS value FROM process_samples, jsonb_each_text(figures) AS f
          WHERE step = $4 AND at >= $2 AND at < $3 AND ($5::text IS NULL OR process_id = $5)`),
);

/** A process that lives reports within this time. */
const reportSeconds = 20;
/** Whatever is open was told within this time, even if a report came late. */
const lookBackSeconds = (2 * connectionsToldEveryMs) / 1000;

/**
 * A process says of connections only that they have changed. So at each time at which any process wrote, each counts with what it
 * told last, until it told something else, or ended.
 */
const ofTenant = prepare(
  'read-tenant-metrics',
  points(`WITH told AS (
            SELECT * FROM tenant_samples WHERE kind = $4 AND id = $5
              AND at >= $2::timestamptz - make_interval(secs => $6) AND at < $3
          ),
          process AS (
            SELECT process_id, coalesce(
              (SELECT seen_at + interval '${reportSeconds} seconds' FROM processes WHERE processes.id = process_id),
              (SELECT max(at) FROM process_samples WHERE step = 60 AND process_samples.process_id = told.process_id
                 AND at >= $2::timestamptz - make_interval(secs => $6)),
              max(told.at)) AS until
            FROM told GROUP BY process_id
          ),
          at_all AS (
            SELECT process_id, at, connections, count(connections) OVER (PARTITION BY process_id ORDER BY at) AS telling
            FROM (SELECT DISTINCT at FROM told) AS times CROSS JOIN process LEFT JOIN told USING (process_id, at)
            WHERE at <= until
          )
          SELECT * FROM (
            SELECT at, 'connections' AS key,
                   (first_value(connections) OVER (PARTITION BY process_id, telling ORDER BY at))::float8 AS value
            FROM at_all WHERE telling > 0
            UNION ALL
            SELECT at, f.key, f.value FROM told, LATERAL (VALUES ${tenantCounts}) AS f(key, value)
          ) AS figure WHERE at >= $2`),
);

/** Seconds between two samples: of the last day there are more. */
const steps = { fine: 10, coarse: 60 };
const dayMs = 86_400_000;

/** Of one process; without an ID, of all together. */
export async function readProcessMetrics(
  db: Sql,
  processId: string | undefined,
  { from, to, step }: MetricsRange,
  now: Date,
): Promise<readonly MetricsPoint[]> {
  const isFine = step < steps.coarse && now.getTime() - from.getTime() < dayMs;
  const statement = ofProcesses(step, from, to, isFine ? steps.fine : steps.coarse, processId);
  return (await db.query<MetricsPoint>(statement)).rows;
}

export async function readTenantMetrics(
  db: Sql,
  tenant: { readonly kind: 'registry' | 'broker'; readonly id: string },
  { from, to, step }: MetricsRange,
): Promise<readonly MetricsPoint[]> {
  return (await db.query<MetricsPoint>(ofTenant(step, from, to, tenant.kind, tenant.id, lookBackSeconds)))
    .rows;
}
