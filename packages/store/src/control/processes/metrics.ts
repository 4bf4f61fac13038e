/** What processes and tenants did, from the samples that they have left. */
import { prepare, type Sql } from '../../database/sql.ts';
import { tenantFigures } from '../../processes/samples.ts';

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

const ofTenant = prepare(
  'read-tenant-metrics',
  points(`SELECT at, f.key, f.value FROM tenant_samples,
            LATERAL (VALUES ${tenantFigures}) AS f(key, value)
          WHERE kind = $4 AND id = $5 AND at >= $2 AND at < $3`),
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
  return (await db.query<MetricsPoint>(ofTenant(step, from, to, tenant.kind, tenant.id))).rows;
}
