import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  addLiveSessions,
  type Queryable,
  removeNodes,
  renewNode,
  writeDeviceActivities,
} from '../../data-plane/index.ts';
import { openPrisma } from '../../database/open-prisma.ts';
import { type DeviceFilter, findDevices } from './devices.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const day = 86_400_000;
const now = Date.UTC(2026, 10, 30, 12);

/** Registry r1 with devices d00 … d19, and r2 with one of each kind that r1 must not show. */
async function setUp() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  const db = pool as Queryable;
  for (const id of ['r1', 'r2']) await prisma.registry.create({ data: { id, folderId: 'f' } });
  const names = Array.from({ length: 20 }, (_, n) => `d${String(n).padStart(2, '0')}`);
  await prisma.device.createMany({
    data: [...names, 'x1'].map((id) => ({
      id,
      registryId: id === 'x1' ? 'r2' : 'r1',
      folderId: 'f',
      name: `pump-${id}`,
      labels: id === 'd03' || id === 'd04' || id === 'x1' ? { site: 'north', 'odd"key': "it's" } : {},
    })),
  });
  const seen = (deviceId: string, at: number) => ({
    deviceId,
    lastAuthIp: '192.0.2.1',
    lastAuthTime: new Date(at),
    lastPubActivityTime: undefined,
    lastSubActivityTime: undefined,
    lastOnlineTime: new Date(at),
    lastDisconnectTime: undefined,
  });
  const find = async (filter: DeviceFilter, limit = 100) => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await findDevices(pool, 'r1', filter, { after, limit });
      ids.push(...page.rows.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };
  const session = (number: number, resourceId: string, registryId = 'r1') => ({
    ...{ number, resourceId, registryId, resourceKind: 'device' as const, clientId: 'c' },
    ...{ address: '192.0.2.7', secure: true, connectedAt: new Date(now + number) },
  });
  return { prisma, pool, db, names, seen, find, session };
}

describe('devices are found', () => {
  test('that are online: once each, while their node lives, since their oldest session', async () => {
    const { db, pool, prisma, find, session } = await setUp();
    await renewNode(db, { id: 'n1', url: 'http://n1' });
    await renewNode(db, { id: 'n2', url: 'http://n2' });
    await addLiveSessions(db, 'n1', [
      session(1, 'd05'),
      session(2, 'd05'),
      session(3, 'd01'),
      session(4, 'x1', 'r2'),
    ]);
    await addLiveSessions(db, 'n2', [session(1, 'd09')]);
    expect(await find({ kind: 'online' })).toEqual(['d01', 'd05', 'd09']);
    expect(await find({ kind: 'online' }, 1)).toEqual(['d01', 'd05', 'd09']);
    const { rows } = await findDevices(pool, 'r1', { kind: 'online' }, { after: undefined, limit: 10 });
    expect(rows.find(({ id }) => id === 'd05')).toMatchObject({
      ...{ sessions: 2, connectedAt: new Date(now + 1), address: '192.0.2.7' },
    });
    // A session outlives its device for a moment; pages are as long, and as many, as without it.
    await prisma.device.delete({ where: { id: 'd01' } });
    const page = await findDevices(pool, 'r1', { kind: 'online' }, { after: undefined, limit: 1 });
    expect(page.rows.map(({ id }) => id)).toEqual(['d05']);
    expect(await find({ kind: 'online' }, 1)).toEqual(['d05', 'd09']);
    await db.query(`UPDATE data_plane_nodes SET seen_at = now() - interval '1 minute' WHERE id = 'n2'`);
    expect(await find({ kind: 'online' })).toEqual(['d05']);
    await removeNodes(db, ['n1']);
    expect(await find({ kind: 'online' })).toEqual([]);
  });

  test('that never logged in, whichever version of the MQTT server wrote that they have', async () => {
    const { db, find, names, seen } = await setUp();
    await writeDeviceActivities(db, [seen('d00', now), seen('d10', now)]);
    await db.query(`INSERT INTO device_activity (device_id, last_auth_time) VALUES ('d11', now())`);
    const rest = names.filter((id) => !['d00', 'd10', 'd11'].includes(id));
    expect(await find({ kind: 'neverSeen' })).toEqual(rest);
    expect(await find({ kind: 'neverSeen' }, 4)).toEqual(rest);
  });

  test('that were not seen since a time, longest away first, and not those that are connected without a word', async () => {
    const { db, find, seen, session } = await setUp();
    const away = { d01: 40, d02: 10, d03: 30, d04: 30, d05: 20 };
    await writeDeviceActivities(
      db,
      Object.entries(away).map(([id, days]) => seen(id, now - days * day)),
    );
    await renewNode(db, { id: 'n1', url: 'http://n1' });
    await addLiveSessions(db, 'n1', [session(1, 'd05')]);
    const since = (days: number) => ({ kind: 'notSeenSince', time: new Date(now - days * day) }) as const;
    expect(await find(since(15))).toEqual(['d01', 'd03', 'd04']);
    expect(await find(since(15), 1)).toEqual(['d01', 'd03', 'd04']);
    // To the millisecond, whatever the day says.
    expect(await find(since(30))).toEqual(['d01']);
    expect(await find({ kind: 'notSeenSince', time: new Date(now - 30 * day + 1) })).toEqual([
      'd01',
      'd03',
      'd04',
    ]);
    await writeDeviceActivities(db, [seen('d01', now)]);
    expect(await find(since(15))).toEqual(['d03', 'd04']);
  });

  test('by a label, and by the beginning of their name', async () => {
    const { find } = await setUp();
    expect(await find({ kind: 'label', key: 'site', value: 'north' })).toEqual(['d03', 'd04']);
    expect(await find({ kind: 'label', key: 'odd"key', value: "it's" }, 1)).toEqual(['d03', 'd04']);
    expect(await find({ kind: 'label', key: 'site', value: 'nort' })).toEqual([]);
    expect(await find({ kind: 'namePrefix', prefix: 'pump-d1' }, 3)).toEqual(
      Array.from({ length: 10 }, (_, n) => `d1${n}`),
    );
    expect(await find({ kind: 'namePrefix', prefix: 'pump_d' })).toEqual([]);
  });

  test('all of them, in each order, and by the beginning of their IDs', async () => {
    const { db, find, names } = await setUp();
    await db.query(
      `UPDATE devices SET created_at = timestamptz '2026-01-01' + make_interval(mins => 100 - substr(id, 2)::int) WHERE id LIKE 'd%'`,
    );
    await db.query(`UPDATE devices SET name = NULL WHERE id = 'd07'`);
    expect(await find({ kind: 'all' }, 7)).toEqual(names);
    expect(await find({ kind: 'newest' }, 7)).toEqual(names);
    expect(await find({ kind: 'oldest' }, 7)).toEqual(names.toReversed());
    expect(await find({ kind: 'named' }, 7)).toEqual(names.filter((id) => id !== 'd07'));
    expect(await find({ kind: 'idPrefix', prefix: 'd1' }, 7)).toEqual(names.slice(10));
  });

  test.each<DeviceFilter['kind'] & ('all' | 'oldest' | 'newest' | 'named')>([
    'all',
    'oldest',
    'newest',
    'named',
  ])('in the order %s, a page forth and back, while others come and go', async (kind) => {
    const { pool, db } = await setUp();
    const page = (after?: string) => findDevices(pool, 'r1', { kind }, { after, limit: 6 });
    const idsOf = ({ rows }: Awaited<ReturnType<typeof page>>) => rows.map(({ id }) => id);
    const first = await page();
    const second = await page(first.next);
    const third = await page(second.next);
    expect([first.previous, (await page(third.next)).next]).toEqual([undefined, undefined]);
    const back = await page(third.previous);
    expect(idsOf(back)).toEqual(idsOf(second));
    const start = await page(back.previous);
    expect(idsOf(start)).toEqual(idsOf(first));
    expect(start.previous).toBeUndefined();
    expect(idsOf(await page(start.next))).toEqual(idsOf(second));
    // The rows that a token names may be gone: it goes on where they were.
    await db.query(`DELETE FROM devices WHERE id = ANY('{${idsOf(second)}}')`);
    expect(idsOf(await page(first.next))).toEqual(idsOf(third));
    expect(idsOf(await page(third.previous))).toEqual(idsOf(first));
  });

  test.each([
    [
      'devices_registry_id_created_at_id_idx',
      'SELECT id FROM devices WHERE registry_id = $1 AND (created_at, id) < (now(), $1) ORDER BY created_at DESC, id DESC LIMIT 9',
    ],
    [
      'devices_never_seen_idx',
      'SELECT id FROM devices WHERE registry_id = $1 AND NOT seen ORDER BY id LIMIT 9',
    ],
    [
      'devices_registry_id_name_c_idx',
      `SELECT id FROM devices WHERE registry_id = $1 AND name IS NOT NULL AND name COLLATE "C" >= 'a' AND name COLLATE "C" < 'b'
       ORDER BY name COLLATE "C" LIMIT 9`,
    ],
    [
      'device_activity_device_registry_id_seen_day_device_id_idx',
      `SELECT device_id FROM device_activity WHERE device_registry_id = $1 AND seen_day <= '2026-01-01'
       ORDER BY seen_day, device_id LIMIT 9`,
    ],
    [
      'live_sessions_registry_id_resource_id_idx',
      'SELECT DISTINCT resource_id FROM live_sessions WHERE registry_id = $1 ORDER BY resource_id LIMIT 9',
    ],
  ])('by way of the index %s, in its order', async (index, sql) => {
    const { pool } = await setUp();
    const client = await pool.connect();
    onTestFinished(() => client.release(true));
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, ['r1']);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(index);
    expect(plan).not.toContain('Sort');
  });
});
