import { createDatabase, type TestDatabase } from '@iotcore/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { type DeviceRow, listDevices } from './devices.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const count = 37;

let shared: TestDatabase;
let database: Database;
/** Two registries in one folder and one in another, every third device with two aliases, every fifth with activity. */
beforeAll(async () => {
  shared = await createDatabase();
  database = openDatabase(shared.url, { logger: quiet });
  const { pool } = database;
  await pool.query(`INSERT INTO registries (id, folder_id) VALUES ('a', 'one'), ('b', 'one'), ('c', 'two')`);
  await pool.query(
    `INSERT INTO devices (id, registry_id, folder_id)
     SELECT 'd' || lpad(n::text, 4, '0') || r.id, r.id, r.folder_id FROM registries r, generate_series(1, $1::int) n`,
    [count],
  );
  await pool.query(
    `INSERT INTO topic_aliases (registry_id, device_id, alias, prefix)
     SELECT registry_id, id, which || id || '/', '$devices/' || id || '/'
     FROM devices, unnest(ARRAY['z', 'y']) AS which WHERE substr(id, 2, 4)::int % 3 = 0`,
  );
  await pool.query(
    `INSERT INTO device_activity (device_id, last_auth_ip)
     SELECT id, '192.0.2.1' FROM devices WHERE substr(id, 2, 4)::int % 5 = 0`,
  );
});
afterAll(async () => {
  await database.close();
  await shared.drop();
});

type Of = Parameters<typeof listDevices>[1];

/** All devices, page by page. */
async function all(of: Of, activity: boolean, limit: number): Promise<DeviceRow[]> {
  const found: DeviceRow[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listDevices(database.pool, of, { activity }, { after, limit });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    found.push(...page.rows);
    if (page.next === undefined) return found;
    after = page.next;
  }
}

const ids = (...registries: string[]) =>
  Array.from({ length: count }, (_, n) => `d${String(n + 1).padStart(4, '0')}`).flatMap((id) =>
    registries.map((registry) => id + registry),
  );

test.each<[string, Of, string[]]>([
  ['a registry', { registryId: 'a' }, ids('a')],
  ['the last registry', { registryId: 'c' }, ids('c')],
  ['a folder', { folderId: 'one' }, ids('a', 'b')],
  ['no registry', { registryId: 'bb' }, []],
])('pages of any size hold the devices of %s, in order, and of no other', async (_, of, expected) => {
  for (const limit of [1, 9, 10, 11, 37, 100, 1000]) {
    expect((await all(of, false, limit)).map(({ id }) => id)).toEqual(expected);
  }
});

test('each device has its own aliases, in their order, and its activity where that is asked for', async () => {
  for (const of of [{ registryId: 'b' }, { folderId: 'one' }]) {
    for (const device of await all(of, true, 10)) {
      const number = Number(device.id.slice(1, 5));
      const prefix = `$devices/${device.id}/`;
      const aliases =
        number % 3 === 0 ? ['y', 'z'].map((which) => ({ alias: `${which}${device.id}/`, prefix })) : [];
      expect(device).toMatchObject({ aliases, status: 'ACTIVE', labels: {} });
      expect(device.activity?.lastAuthIp).toBe(number % 5 === 0 ? '192.0.2.1' : undefined);
    }
    for (const device of await all(of, false, 10)) expect(device).not.toHaveProperty('activity');
  }
});

test('no page is larger than the largest of the API', async () => {
  const asking = listDevices(
    database.pool,
    { registryId: 'a' },
    { activity: false },
    { after: undefined, limit: 20_001 },
  );
  await expect(asking).rejects.toThrow(RangeError);
});
