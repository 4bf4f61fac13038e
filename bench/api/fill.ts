import type { Pool } from './server.ts';

/** Rows of one statement: far from the time limit that all statements of ours have. */
const batch = 20_000;

/** Puts devices into a registry, every tenth with an alias, as if they had been created by the API. `from`: number of the first. */
export async function fill(
  pool: Pool,
  registryId: string,
  folderId: string,
  count: number,
  from = 1,
): Promise<void> {
  const end = from + count - 1;
  for (let first = from; first <= end; first += batch) {
    await pool.query(
      `WITH made AS (
         INSERT INTO devices (id, registry_id, folder_id, name)
         SELECT 'are' || substr(md5(n::text), 1, 17), $1, $2, 'device-' || n FROM generate_series($3::int, $4::int) AS n
         RETURNING id, name
       )
       INSERT INTO topic_aliases (registry_id, alias, device_id, prefix)
       SELECT $1, name || '/', id, '$devices/' || id || '/' FROM made WHERE name LIKE '%0'`,
      [registryId, folderId, first, Math.min(first + batch - 1, end)],
    );
  }
  // What autovacuum does within minutes of such an import.
  for (const table of ['devices', 'topic_aliases']) await pool.query(`VACUUM ANALYZE ${table}`);
}
