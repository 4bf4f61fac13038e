import { eventually, startPostgres, testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from './errors.ts';
import { openPrisma, type PrismaDatabase } from './open-prisma.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function open(url: string, poolSize?: number): PrismaDatabase {
  const database = openPrisma(url, { logger: quiet, ...(poolSize && { poolSize }) });
  onTestFinished(() => database.close());
  return database;
}

/** Every way to ask the database something. */
const ways: readonly (readonly [string, (database: PrismaDatabase) => Promise<unknown>])[] = [
  ['a Prisma query', ({ prisma }) => prisma.registry.count()],
  ['a raw Prisma query', ({ prisma }) => prisma.$queryRaw`SELECT 1`],
  ['a batch', ({ prisma }) => prisma.$transaction([prisma.registry.count()])],
  ['an interactive transaction', ({ prisma }) => prisma.$transaction((tx) => tx.registry.count())],
  ['a query of the pool', ({ pool }) => pool.query('SELECT 1')],
  ['a connection of the pool', ({ pool }) => pool.connect().then((client) => client.release())],
];

describe('while the database is away', () => {
  test.each(ways)('%s fails with DatabaseUnavailableError', async (_name, ask) => {
    const database = open('postgresql://postgres@127.0.0.1:1/nothing');
    await expect(ask(database)).rejects.toThrow(DatabaseUnavailableError);
  });

  test('it fails, and works again once the database is back', async () => {
    const postgres = await startPostgres();
    const { pool } = open(postgres.url('postgres'));
    await pool.query('SELECT 1');
    await postgres.stop();
    await expect(pool.query('SELECT 1')).rejects.toThrow(DatabaseUnavailableError);
    await postgres.start();
    await eventually('an answer', () => pool.query('SELECT 1'));
  });
});

/** Ends the connection of a transaction under it. */
async function cut(database: PrismaDatabase, pid: number): Promise<void> {
  await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
  await eventually('its end', async () => {
    const { rowCount } = await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    return rowCount === 0;
  });
}

describe('a connection that is cut', () => {
  test('in a transaction fails it as a whole, and spoils no other', async () => {
    const database = open(await testDatabase());
    const { prisma } = database;
    const failed = prisma.$transaction(async (tx) => {
      await tx.registry.create({ data: { id: 'a', folderId: 'f' } });
      const [backend] = await tx.$queryRaw<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
      await cut(database, backend.pid);
      await tx.registry.count();
    });
    await expect(failed).rejects.toThrow(DatabaseUnavailableError);
    expect(await prisma.registry.count()).toBe(0);
  });

  test('right before the commit fails the transaction too', async () => {
    const url = await testDatabase();
    const database = open(url);
    const failed = database.prisma.$transaction(async (tx) => {
      await tx.registry.create({ data: { id: 'a', folderId: 'f' } });
      const [backend] = await tx.$queryRaw<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
      await cut(database, backend.pid);
    });
    await expect(failed).rejects.toThrow(DatabaseUnavailableError);
    // Over connections of its own: the pool may hand the dying one out once more before it has noticed.
    expect(await open(url).prisma.registry.count()).toBe(0);
  });
});

test('no connection left is DatabaseUnavailableError, after a while', async () => {
  const { pool } = open(await testDatabase(), 1);
  const held = await pool.connect();
  await expect(pool.query('SELECT 1')).rejects.toThrow(DatabaseUnavailableError);
  held.release();
  await pool.query('SELECT 1');
});

test('a violated rule stays what it is', async () => {
  const { prisma } = open(await testDatabase());
  await prisma.registry.create({ data: { id: 'a', folderId: 'f' } });
  const again = prisma.registry.create({ data: { id: 'a', folderId: 'f' } });
  await expect(again).rejects.toMatchObject({ code: 'P2002' });
});

test('commits are durable, whatever the database has as its default', async () => {
  const url = await testDatabase();
  const { pool } = open(url);
  await pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  const { rows } = await open(url).pool.query('SHOW synchronous_commit');
  expect(rows).toEqual([{ synchronous_commit: 'on' }]);
});
