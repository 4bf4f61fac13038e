import type { Pool } from './server.ts';

const calls = 50;

/** The statements that one call sends, BEGIN and COMMIT among them. */
export async function statementsOf(pool: Pool, call: (n: number) => Promise<unknown>): Promise<string[]> {
  await track(pool, 'top');
  await call(calls);
  await pool.query('SELECT pg_stat_statements_reset()');
  for (let n = 0; n < calls; n += 1) await call(n);
  const { rows } = await pool.query<{ query: string; calls: string }>(
    `SELECT query, calls FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       -- The change feed looks by itself, about each second.
       AND query NOT LIKE '%pg_snapshot_xmin(%'`,
  );
  await track(pool, 'none');
  // What else the process does by itself is rarer than the calls, and rounds to nothing.
  return rows.flatMap((row) => Array(Math.round(Number(row.calls) / calls)).fill(row.query));
}

async function track(pool: Pool, what: 'top' | 'none'): Promise<void> {
  await pool.query(`ALTER SYSTEM SET pg_stat_statements.track = '${what}'`);
  await pool.query('SELECT pg_reload_conf(), pg_sleep(0.5)');
}
