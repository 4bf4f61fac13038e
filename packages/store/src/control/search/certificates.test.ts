import { testDatabase } from '@iotcore/testkit';
import type { PoolClient } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../../database/open-prisma.ts';
import { findCertificates } from './certificates.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const manyDevices = 2500;

/** Of certificates, by this connection so far. */
async function rowsRead(client: Pick<PoolClient, 'query'>): Promise<number> {
  const { rows } = await client.query<{ read: number }>(
    `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read FROM pg_stat_xact_user_tables
     WHERE relname = 'certificates'`,
  );
  return rows[0]?.read ?? 0;
}

/** A folder with many devices, one with few resources whose certificates end after all others, and one with many devices and one certificate. */
async function setUp() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { pool } = database;
  await pool.query(`
    INSERT INTO registries (id, folder_id) VALUES ('many', 'large'), ('few', 'small'), ('bare', 'bare');
    INSERT INTO brokers (id, folder_id) VALUES ('broker', 'small');
    INSERT INTO devices (id, registry_id, folder_id)
      SELECT 'm' || lpad(n::text, 5, '0'), 'many', 'large' FROM generate_series(1, ${manyDevices}) n;
    INSERT INTO devices (id, registry_id, folder_id) SELECT 'f' || n, 'few', 'small' FROM generate_series(1, 3) n;
    INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, device_id)
      SELECT sha256(id::bytea), md5(id), 'pem', now(), timestamptz '2030-01-01' + row_number() OVER (ORDER BY id) * interval '1 minute', id
      FROM devices ORDER BY id DESC;
    INSERT INTO devices (id, registry_id, folder_id)
      SELECT 'n' || n, 'bare', 'bare' FROM generate_series(1, ${manyDevices}) n;
    UPDATE certificates SET not_after = not_after + interval '5 years' WHERE device_id LIKE 'f%';
    INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, registry_id, broker_id) VALUES
      ('r', 'r', 'pem', now(), '2040-01-01', 'few', NULL), ('one', 'one', 'pem', now(), '2041-01-01', 'bare', NULL), ('b', 'b', 'pem', now(), '2034-01-01', NULL, 'broker');
    ANALYZE`);
  /** All pages of a folder, and how many rows of certificates were read for them. */
  const find = async (folderId: string, limit: number) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const before = await rowsRead(client);
      const ids: string[] = [];
      let after: string | undefined;
      do {
        const filter = { folderId, resourceId: undefined, endsBefore: undefined };
        const page = await findCertificates(client, filter, { after, limit });
        ids.push(...page.rows.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      return { ids, read: (await rowsRead(client)) - before };
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  };
  return { find, pool };
}

describe('certificates by their end', () => {
  test('of a small folder are found without a look at those of others, also page by page', async () => {
    const { find } = await setUp();
    const whole = await find('small', 100);
    expect(whole.ids).toEqual(['broker', 'f1', 'f2', 'f3', 'few']);
    expect(whole.read).toBeGreaterThanOrEqual(5);
    expect(whole.read).toBeLessThan(50);
    // More often than a statement is planned anew for what it is given.
    for (let times = 0; times < 12; times += 1) await find('large', 1000);
    const paged = await find('small', 2);
    expect(paged.ids).toEqual(whole.ids);
    expect(paged.read).toBeLessThan(100);
  });

  test('of a large folder come in their order, each once, and none of another', async () => {
    const { find } = await setUp();
    const { ids } = await find('large', 1000);
    expect(ids).toEqual(Array.from({ length: manyDevices }, (_, n) => `m${String(n + 1).padStart(5, '0')}`));
  });

  test('of a large folder with one certificate are found without a look at those of others', async () => {
    const { find } = await setUp();
    const { ids, read } = await find('bare', 10);
    expect(ids).toEqual(['bare']);
    expect(read).toBeGreaterThanOrEqual(1);
    expect(read).toBeLessThan(50);
  });

  test('go with their owner into another folder', async () => {
    const { find, pool } = await setUp();
    await pool.query(`
      UPDATE registries SET folder_id = 'moved' WHERE id = 'few';
      UPDATE devices SET folder_id = 'moved' WHERE id = 'f2';
      UPDATE brokers SET folder_id = 'moved' WHERE id = 'broker'`);
    expect((await find('moved', 10)).ids).toEqual(['broker', 'f2', 'few']);
    expect((await find('small', 10)).ids).toEqual(['f1', 'f3']);
  });

  test('of a folder that has none, or is none, are none', async () => {
    const { find } = await setUp();
    expect((await find('nowhere', 10)).ids).toEqual([]);
  });
});
