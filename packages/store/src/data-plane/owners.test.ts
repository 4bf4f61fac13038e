/** What a server writes later than it happened, while its resource is deleted and the ID is taken in another folder. */
import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listLiveSessions } from '../control/history/live-sessions.ts';
import { openPrisma } from '../database/open-prisma.ts';
import {
  addLiveSessions,
  type DeviceActivityWrite,
  findDeviceActivities,
  type LiveSession,
  type Queryable,
  readRetainedMessages,
  renewNode,
  writeDeviceActivities,
  writeLogLines,
  writeRefusedClients,
  writeRetainedMessages,
} from './index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const kinds = ['device', 'registry', 'broker'] as const;
const ids = { device: 'd', registry: 'r', broker: 'b' } as const;

async function setUp() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  /** Registry r with device d, and broker b, in this folder and no longer where they were. */
  const moveTo = async (folderId: string) => {
    await prisma.device.deleteMany();
    await prisma.registry.deleteMany();
    await prisma.broker.deleteMany();
    await prisma.registry.create({ data: { id: 'r', folderId } });
    await prisma.device.create({ data: { id: 'd', registryId: 'r', folderId } });
    await prisma.broker.create({ data: { id: 'b', folderId } });
  };
  await moveTo('before');
  return { prisma, pool, db: pool as Queryable, moveTo };
}

describe.each(kinds)('of a %s whose ID is taken in another folder', (kind) => {
  test('a line of its log is left out there', async () => {
    const { prisma, db, moveTo } = await setUp();
    const line = (message: string, folderId: string | undefined, mustExist: boolean) => ({
      ...({ resourceId: ids[kind], folderId, at: new Date(), level: 'WARN', reason: 'x' } as const),
      ...{ message, mustExist },
    });
    await moveTo('after');
    const lines = [false, true].flatMap((mustExist) => [
      line('old', 'before', mustExist),
      line('new', 'after', mustExist),
      line('by a stranger', undefined, mustExist),
    ]);
    await writeLogLines(db, lines);
    const found = await prisma.connectionLog.findMany({ orderBy: { id: 'asc' } });
    expect(found.map(({ message, folderId, resourceKind }) => [message, folderId, resourceKind])).toEqual(
      ['new', 'by a stranger', 'new', 'by a stranger'].map((message) => [message, 'after', kind]),
    );
  });

  test('a client that was refused is not told of there', async () => {
    const { prisma, db, moveTo } = await setUp();
    const refused = (address: string, folderId?: string) => ({
      ...{
        claimedId: ids[kind],
        subjectId: ids[kind],
        folderId,
        address,
        certificate: undefined,
        secure: true,
      },
      ...{ reason: 'disabled', clientId: '', detail: '', firstAt: new Date(), lastAt: new Date(), count: 1 },
    });
    await moveTo('after');
    await writeRefusedClients(db, [refused('192.0.2.1', 'before'), refused('192.0.2.2', 'after')]);
    const rows = await prisma.$queryRaw`SELECT address, folder_id FROM refused_clients ORDER BY address`;
    expect(rows).toEqual([
      { address: '192.0.2.1', folder_id: null },
      { address: '192.0.2.2', folder_id: 'after' },
    ]);
  });

  test('its sessions are not listed there, whether they were written before or later', async () => {
    const { pool, db, moveTo } = await setUp();
    await renewNode(db, { id: 'n', inCluster: false, place: 'here', url: 'http://n' });
    const session = (number: number, folderId: string): LiveSession => ({
      ...{
        number,
        resourceKind: kind,
        resourceId: ids[kind],
        folderId,
        clientId: `${number}`,
        address: '',
        secure: true,
      },
      ...{ registryId: kind === 'device' ? 'r' : undefined, connectedAt: new Date() },
    });
    await addLiveSessions(db, 'n', [session(1, 'before')]);
    const listed = async () =>
      (await listLiveSessions(pool, { kind, id: ids[kind] })).map(({ clientId }) => clientId);
    expect(await listed()).toEqual(['1']);
    await moveTo('after');
    await addLiveSessions(db, 'n', [session(2, 'before'), session(3, 'after')]);
    expect(await listed()).toEqual(['3']);
  });
});

describe('of a registry or device whose ID is taken in another folder', () => {
  test('the activity is not saved there', async () => {
    const { db, moveTo } = await setUp();
    const activity = (lastAuthIp: string, folderId: string): DeviceActivityWrite => ({
      ...{ deviceId: 'd', folderId, lastAuthIp, lastAuthTime: new Date(), lastOnlineTime: new Date() },
      ...{ lastPubActivityTime: undefined, lastSubActivityTime: undefined, lastDisconnectTime: undefined },
    });
    await moveTo('after');
    await writeDeviceActivities(db, [activity('192.0.2.1', 'before')]);
    expect(await findDeviceActivities(db, ['d'])).toEqual(new Map());
    await writeDeviceActivities(db, [activity('192.0.2.2', 'after')]);
    expect((await findDeviceActivities(db, ['d'])).get('d')?.lastAuthIp).toBe('192.0.2.2');
  });

  test('a retained message is neither stored nor cleared there, and warns nobody there', async () => {
    const { db, moveTo } = await setUp();
    const store = (topic: string, payload: string, folderId: string) =>
      writeRetainedMessages(
        db,
        [
          {
            ...{ registryId: 'r', folderId, topic, payload: Buffer.from(payload) },
            deviceId: topic.startsWith('$devices/') ? 'd' : undefined,
          },
        ],
        {
          quotas: { device: { topics: 1, bytes: 100 }, registry: { topics: 1, bytes: 100 } },
          lockTimeoutMs: 5000,
        },
      );
    const stored = async () => {
      const range = { registryId: 'r', beginning: '$', exact: false, after: undefined };
      return (await readRetainedMessages(db, range)).map(({ payload }) => payload.toString());
    };
    await moveTo('after');
    const left = { outcomes: ['gone'], versions: [undefined], warnings: [] };
    for (const topic of ['$devices/d/state', '$registries/r/state']) {
      expect(await store(topic, 'old', 'before')).toEqual(left);
      expect(await stored()).toEqual([]);
      await store(topic, 'new', 'after');
      expect(await store(topic, '', 'before')).toEqual(left);
      expect(await store(topic, 'old', 'before')).toEqual(left);
      expect(await stored()).toEqual(['new']);
      await store(topic, '', 'after');
    }
  });

  test('a retained message of a device that is another registry’s by now is left out', async () => {
    const { prisma, db } = await setUp();
    await prisma.device.delete({ where: { id: 'd' } });
    await prisma.registry.create({ data: { id: 'other', folderId: 'after' } });
    await prisma.device.create({ data: { id: 'd', registryId: 'other', folderId: 'after' } });
    const quota = { topics: 9, bytes: 999 };
    const message = { registryId: 'r', folderId: 'before', topic: '$devices/d/state', deviceId: 'd' };
    const { outcomes } = await writeRetainedMessages(db, [{ ...message, payload: Buffer.from('old') }], {
      quotas: { device: quota, registry: quota },
      lockTimeoutMs: 5000,
    });
    expect(outcomes).toEqual(['gone']);
    expect((await db.query('SELECT FROM permanent_messages')).rowCount).toBe(0);
  });

  test('a retained message that waits for a lock while that happens is left out', async () => {
    const { pool, db } = await setUp();
    const quota = { topics: 9, bytes: 999 };
    const client = await pool.connect();
    onTestFinished(() => client.release());
    await client.query('BEGIN');
    await client.query('DELETE FROM devices');
    await client.query('DELETE FROM registries');
    await client.query(`INSERT INTO registries (id, folder_id) VALUES ('r', 'after')`);
    const message = {
      registryId: 'r',
      folderId: 'before',
      topic: '$registries/r/state',
      deviceId: undefined,
    };
    const written = writeRetainedMessages(db, [{ ...message, payload: Buffer.from('old') }], {
      quotas: { device: quota, registry: quota },
      lockTimeoutMs: 60_000,
    });
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1);
    await client.query('COMMIT');
    expect((await written).outcomes).toEqual(['gone']);
    expect((await pool.query('SELECT FROM permanent_messages')).rowCount).toBe(0);
  });
});
