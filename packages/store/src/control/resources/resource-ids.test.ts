import { createId } from '@iotcore/model';
import { createDatabase, type TestDatabase } from '@iotcore/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openPrisma, type PrismaDatabase } from '../../database/open-prisma.ts';
import { TakenError, translateConstraint } from '../errors.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const kinds = ['registry', 'device', 'broker', 'service_account'] as const;
type Kind = (typeof kinds)[number];
const pairs = kinds.flatMap((first) => kinds.filter((kind) => kind !== first).map((other) => [first, other]));

/** Makes a resource by SQL alone, as a writer of any version may. */
const inserts: Record<Kind, string> = {
  registry: `INSERT INTO registries (id, folder_id) VALUES ($1, 'f')`,
  device: `INSERT INTO devices (id, registry_id, folder_id) VALUES ($1, 'parent', 'f')`,
  broker: `INSERT INTO brokers (id, folder_id) VALUES ($1, 'f')`,
  service_account: `INSERT INTO service_accounts (id, folder_id, name) VALUES ($1, 'f', $1)`,
};
const tables: Record<Kind, string> = {
  registry: 'registries',
  device: 'devices',
  broker: 'brokers',
  service_account: 'service_accounts',
};

let shared: TestDatabase;
let database: PrismaDatabase;
beforeAll(async () => {
  shared = await createDatabase();
  database = openPrisma(shared.url, { logger: quiet });
  await database.pool.query(inserts.registry, ['parent']);
});
afterAll(async () => {
  await database.close();
  await shared.drop();
});
/** Of each test alone: they share the database. */
let id: string;
beforeEach(() => {
  id = createId();
});

const make = (kind: string, as = id) => database.pool.query(inserts[kind as Kind], [as]);
const kindsOf = async (as = id) => {
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const { rowCount } = await database.pool.query(`SELECT FROM ${tables[kind]} WHERE id = $1`, [as]);
      return rowCount ? [kind] : [];
    }),
  );
  return found.flat();
};

test.each(pairs)('the ID of a %s is refused for a %s, whoever writes it', async (first, other) => {
  await make(first as string);
  await expect(make(other as string)).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  expect(await kindsOf()).toEqual([first]);
});

test.each(pairs)('of a %s and a %s that are made at once, one gets the ID', async (first, other) => {
  const ids = Array.from({ length: 5 }, createId);
  const made = await Promise.allSettled(
    ids.flatMap((each) => [make(first as string, each), make(other as string, each)]),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(ids.length);
  for (const each of ids) expect(await kindsOf(each)).toHaveLength(1);
});

test('one of many rows with a taken ID takes back the statement as a whole', async () => {
  await make('broker');
  const free = createId();
  const both = database.pool.query(
    `INSERT INTO devices (id, registry_id, folder_id) VALUES ($1, 'parent', 'f'), ($2, 'parent', 'f')`,
    [free, id],
  );
  await expect(both).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  expect(await kindsOf(free)).toEqual([]);
});

test('an ID cannot be changed into one that is taken, and one that was given up is free', async () => {
  const [given, free] = [createId(), createId()];
  await make('broker');
  await make('device', given);
  const rename = (to: string) => database.pool.query('UPDATE devices SET id = $1 WHERE id = $2', [to, given]);
  await expect(rename(id)).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  await rename(free);
  await make('broker', given);
  await expect(make('broker', free)).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
});

test.each(kinds)('the ID of a %s that was deleted is free, for every kind', async (kind) => {
  const remove = (what: Kind) => database.pool.query(`DELETE FROM ${tables[what]} WHERE id = $1`, [id]);
  for (const next of kinds) {
    await make(kind);
    await remove(kind);
    await make(next);
    await remove(next);
  }
});

test('emptied tables leave no IDs behind', async () => {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN; TRUNCATE registries, brokers, service_accounts CASCADE');
    expect((await client.query('SELECT FROM resource_ids')).rowCount).toBe(0);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('in words of the domain a taken ID is told from a taken name', async () => {
  const reasonOf = (broker: { id: string; name?: string }) =>
    database.pool
      .query(`INSERT INTO brokers (id, folder_id, name) VALUES ($1, 'f', $2)`, [broker.id, broker.name])
      .catch(translateConstraint);
  await reasonOf({ id, name: id });
  for (const taken of [id, 'parent']) {
    expect(await reasonOf({ id: taken })).toMatchObject({ name: TakenError.name, what: 'ID' });
  }
  expect(await reasonOf({ id: createId(), name: id })).toMatchObject({ name: TakenError.name, what: 'name' });
});
