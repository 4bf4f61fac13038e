import { testDatabase } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { openPrisma, type PrismaDatabase } from '../../database/open-prisma.ts';
import { createSortableId } from '../../records/sortable-ids.ts';
import { prune } from './housekeeping.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const now = new Date('2026-11-22T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const retention = { connectionLogDays: 30, operationDays: 90, auditEventDays: 365, idempotencyKeyHours: 24 };
const nothing = {
  connectionLog: 0,
  operations: 0,
  auditEvents: 0,
  idempotencyKeys: 0,
  refusedClients: 0,
  browserSessions: 0,
  signInCodes: 0,
};

async function open(): Promise<PrismaDatabase> {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  return database;
}

async function fill({ prisma }: PrismaDatabase, ages: readonly number[]): Promise<void> {
  await prisma.connectionLog.createMany({
    data: ages.map((age) => ({ resourceId: 'r', at: hoursAgo(age), level: 'INFO', message: String(age) })),
  });
  await prisma.idempotencyKey.createMany({
    data: ages.map((age) => ({
      callerId: 'c',
      key: String(age),
      requestHash: new Uint8Array(1),
      status: 200,
      response: {},
      createdAt: hoursAgo(age),
    })),
  });
}

test('what is young enough stays', async () => {
  const database = await open();
  await fill(database, [0, 23, 25, 30 * 24 - 1, 30 * 24 + 1, 1000]);
  expect(await prune(database.prisma, retention, now, new AbortController().signal)).toEqual({
    ...nothing,
    connectionLog: 2,
    idempotencyKeys: 4,
  });
  const messages = (await database.prisma.connectionLog.findMany()).map(({ message }) => Number(message));
  expect(messages.sort((a, b) => a - b)).toEqual([0, 23, 25, 719]);
  expect((await database.prisma.idempotencyKey.findMany()).map(({ key }) => key).sort()).toEqual(['0', '23']);
});

test('more than one batch goes in one round, unless it is asked to stop', async () => {
  const database = await open();
  await database.pool.query(
    `INSERT INTO connection_log (resource_id, at, level, message) SELECT 'r', '2020-01-01', 'INFO', '' FROM generate_series(1, 12000)`,
  );
  const stopped = await prune(database.prisma, retention, now, AbortSignal.abort());
  expect(stopped.connectionLog).toBeLessThan(12_000);
  const rest = await prune(database.prisma, retention, now, new AbortController().signal);
  expect(stopped.connectionLog + rest.connectionLog).toBe(12_000);
  expect(await database.prisma.connectionLog.count()).toBe(0);
});

test('operations and audit events go each after its own time', async () => {
  const { prisma } = await open();
  for (const days of [0, 89, 91, 364, 366]) {
    const at = hoursAgo(24 * days);
    const shared = { resourceId: 'r', folderId: String(days) };
    await prisma.operation.create({
      data: {
        ...shared,
        id: createSortableId(at),
        description: '',
        createdAt: at,
        createdBy: 'c',
        metadata: {},
      },
    });
    await prisma.auditEvent.create({
      data: { ...shared, id: createSortableId(at), at, eventType: 'e', remoteIp: '', requestId: '', code: 0 },
    });
  }
  const pruned = await prune(prisma, retention, now, new AbortController().signal);
  expect(pruned).toEqual({ ...nothing, operations: 3, auditEvents: 1 });
  const folders = async (rows: Promise<{ folderId: string | null }[]>) =>
    (await rows).map(({ folderId }) => Number(folderId)).sort((a, b) => a - b);
  expect(await folders(prisma.operation.findMany())).toEqual([0, 89]);
  expect(await folders(prisma.auditEvent.findMany())).toEqual([0, 89, 91, 364]);
});

test('while another process tidies up, nothing is removed here', async () => {
  const database = await open();
  await fill(database, [1000]);
  const other = await database.pool.connect();
  onTestFinished(() => other.release(true));
  await other.query('BEGIN');
  await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('housekeeping', 0))`);
  expect(await prune(database.prisma, retention, now, new AbortController().signal)).toEqual(nothing);
  await other.query('COMMIT');
  const pruned = await prune(database.prisma, retention, now, new AbortController().signal);
  expect(pruned).toEqual({ ...nothing, connectionLog: 1, idempotencyKeys: 1 });
});
