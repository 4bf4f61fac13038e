import { createId } from '@iotcore/model';
import { createDatabase, type TestDatabase } from '@iotcore/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPrisma, type PrismaDatabase } from '../../database/open-prisma.ts';
import { transaction } from '../../database/transaction.ts';
import { QuotaExceededError } from '../errors.ts';
import { importResources } from '../import/import-resources.ts';
import type { Import } from '../import/types.ts';
import { brokers } from './brokers.ts';
import { createDevice, deleteDevice } from './devices.ts';
import { type FolderQuotas, roomIn } from './quotas.ts';
import { registries } from './registries.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const fields = { name: '', description: '', labels: {}, logOptions: null };
const none = { certificates: [], password: undefined };
const unlimited: FolderQuotas = { registries: undefined, devices: undefined, brokers: undefined };
const call = {
  callerId: 'c',
  remoteIp: '',
  userAgent: '',
  requestId: 'r',
  eventType: 'migration.ImportResources',
};

let shared: TestDatabase;
let database: PrismaDatabase;
beforeAll(async () => {
  shared = await createDatabase();
  database = openPrisma(shared.url, { logger: quiet });
});
afterAll(async () => {
  await database.close();
  await shared.drop();
});

const newRegistry = async (folderId: string) => {
  const id = createId();
  await registries.create(database.pool, { id, folderId, ...fields }, none, unlimited);
  return id;
};

/** What is counted, and what there is. */
async function counted(): Promise<[unknown[], unknown[]]> {
  const inOrder = 'ORDER BY id COLLATE "C", kind';
  const counts = await database.pool.query(
    `SELECT id, kind, sum(count)::int AS count FROM (
       SELECT folder_id AS id, kind, count FROM folder_counts
       UNION ALL SELECT registry_id, 'in a registry', devices FROM registry_counts
     ) AS counts GROUP BY id, kind HAVING sum(count) <> 0 ${inOrder}`,
  );
  const there = await database.pool.query(
    `SELECT id, kind, count(*)::int AS count FROM (
       SELECT folder_id AS id, 'registry' AS kind FROM registries
       UNION ALL SELECT folder_id, 'device' FROM devices
       UNION ALL SELECT folder_id, 'broker' FROM brokers
       UNION ALL SELECT registry_id, 'in a registry' FROM devices
     ) AS resources GROUP BY id, kind ${inOrder}`,
  );
  return [counts.rows, there.rows];
}

describe('what a folder has is counted', () => {
  const folders = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({
      do: fc.constant('create' as const),
      table: fc.constantFrom('registries', 'brokers'),
      folders: fc.array(folders, { minLength: 1, maxLength: 5 }),
    }),
    fc.record({ do: fc.constant('devices' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('other registry' as const) }),
    fc.record({
      do: fc.constant('delete' as const),
      table: fc.constantFrom('devices', 'brokers'),
      folder: folders,
    }),
    fc.record({
      do: fc.constant('move' as const),
      table: fc.constantFrom('devices', 'brokers'),
      folder: folders,
    }),
  );
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

  const statements = (made: Step): [string, unknown[]] => {
    switch (made.do) {
      case 'create':
        return [
          `INSERT INTO ${made.table} (id, folder_id) SELECT id, folder FROM unnest($1::text[], $2::text[]) AS new (id, folder)`,
          [made.folders.map(createId), made.folders],
        ];
      case 'devices':
        return [
          `INSERT INTO devices (id, registry_id, folder_id)
           SELECT new.id, registry.id, registry.folder_id FROM unnest($1::text[]) AS new (id)
           CROSS JOIN (SELECT id, folder_id FROM registries ORDER BY id LIMIT 1) AS registry`,
          [Array.from({ length: made.count }, createId)],
        ];
      case 'other registry':
        return [
          `UPDATE devices SET registry_id = (SELECT id FROM registries ORDER BY random() LIMIT 1)
           WHERE id IN (SELECT id FROM devices ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED)`,
          [],
        ];
      case 'delete':
        return [`DELETE FROM ${made.table} WHERE folder_id = $1`, [made.folder]];
      case 'move':
        return [
          `UPDATE ${made.table} SET folder_id = $1
           WHERE id IN (SELECT id FROM ${made.table} ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED)`,
          [made.folder],
        ];
    }
  };

  /** A connection that does its steps in one transaction, and keeps them or not. */
  async function run({ steps, keep }: { steps: Step[]; keep: boolean }): Promise<void> {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      for (const one of steps) await client.query(...statements(one));
      await client.query(keep ? 'COMMIT' : 'ROLLBACK');
    } catch (error) {
      await client.query('ROLLBACK');
      // Two that want what the other has: one of them gives up, and must leave no trace.
      if ((error as { code?: string }).code !== '40P01') throw error;
    } finally {
      client.release();
    }
  }

  test('exactly, whatever is created, deleted, moved and taken back at once', {
    timeout: 120_000,
  }, async () => {
    const work = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 4 }), keep: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { minLength: 1, maxLength: 5 }), async (all) => {
        await Promise.all(all.map(run));
        const [counts, there] = await counted();
        expect(counts).toEqual(there);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a quota', () => {
  const quota = 5;
  const quotas: FolderQuotas = { registries: quota, devices: quota, brokers: quota };

  test('is exact among creates, deletes and imports at the same moment', async () => {
    const { prisma, pool } = database;
    const folderId = createId();
    const registryId = await newRegistry(folderId);
    const outcomes = new Map<string, number>();
    const count = (what: string) => outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    const create = async () => {
      const device = { id: createId(), registryId, folderId, createdAt: new Date(), ...fields, aliases: [] };
      const { logOptions: _, ...columns } = device;
      await transaction(pool, (tx) => createDevice(tx, columns, none, quotas)).then(
        () => count('created'),
        (error: unknown) => count(error instanceof QuotaExceededError ? 'refused' : String(error)),
      );
    };
    const importSome = async () => {
      const devices = Array.from({ length: 3 }, () => ({
        id: createId(),
        content: {
          registryId,
          createdAt: undefined,
          name: '',
          description: '',
          labels: {},
          status: undefined,
          topicAliases: [],
        },
      }));
      const request: Import = {
        overwrite: false,
        dryRun: false,
        access: () => 'permitted',
        quotas,
        registries: [],
        brokers: [],
        devices,
        certificates: [],
      };
      const { devices: results } = await importResources(prisma, call, request, new Date());
      for (const { outcome } of results) count(outcome === 'CREATED' ? 'created' : 'refused');
    };
    await Promise.all([...Array.from({ length: 8 }, create), ...Array.from({ length: 2 }, importSome)]);
    expect(Object.fromEntries(outcomes)).toEqual({ created: quota, refused: 8 + 6 - quota });

    const [{ id = '' } = {}] = await prisma.device.findMany({ where: { folderId }, take: 1 });
    await deleteDevice(pool, id);
    await Promise.all(Array.from({ length: 4 }, create));
    expect(outcomes.get('created')).toBe(quota + 1);
    expect(await prisma.device.count({ where: { folderId } })).toBe(quota);
  });

  test('counts each kind and each folder alone, and what was there before it was set', async () => {
    const [folderId, other] = [createId(), createId()];
    const ids = Array.from({ length: 7 }, createId);
    for (const id of ids) await brokers.create(database.pool, { id, folderId, ...fields }, none, unlimited);
    await newRegistry(folderId);
    const roomOf = (what: keyof FolderQuotas, folder: string) =>
      transaction(database.pool, (tx) => roomIn(tx, what, folder, quotas));
    expect(await roomOf('brokers', folderId)).toBe(quota - 7);
    expect(await roomOf('registries', folderId)).toBe(quota - 1);
    expect(await roomOf('brokers', other)).toBe(quota);
    for (const id of ids) await brokers.delete(database.pool, id);
    expect(await roomOf('brokers', folderId)).toBe(quota);
  });
});
