/** What becomes of the rows that the previous version wrote: of IDs that two resources have, and of records without a kind. */
import { testDatabase } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { findCertificateIdentities, findIdentities } from '../data-plane/index.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { migrate } from './migrate.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
/** The last migration before the rule. */
const before = '20261122183500_password_adoption';

let database: Database;
let url: string;
beforeEach(async () => {
  url = await testDatabase();
  database = openDatabase(url, { logger: quiet });
  onTestFinished(() => database.close());
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await migrate(url, quiet, before);
  await database.pool.query(`
    INSERT INTO registries (id, folder_id) VALUES ('own', 'f'), ('r', 'theirs'), ('three', 'theirs'), ('alone', 'f');
    INSERT INTO brokers (id, folder_id) VALUES ('b', 'theirs'), ('three', 'theirs'), ('only', 'f');
    INSERT INTO service_accounts (id, folder_id, name) VALUES ('a', 'theirs', 'a'), ('admin', '*', 'admin');
    INSERT INTO devices (id, registry_id, folder_id)
      SELECT id, 'own', 'f' FROM unnest('{r,b,a,three,fine}'::text[]) AS id;
    INSERT INTO passwords (id, hash, device_id) SELECT 'p-' || id, 'hash', id FROM devices;
    INSERT INTO passwords (id, hash, broker_id) SELECT 'q-' || id, 'hash', id FROM brokers;
    INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, broker_id)
      SELECT convert_to(id, 'UTF8'), '', '', now(), now(), id FROM brokers;
    INSERT INTO operations (id, resource_id, folder_id, description, created_by, metadata)
      SELECT 'o-' || id, id, 'f', '', 'me', jsonb_build_object('@type', 'type.googleapis.com/yandex.cloud.iot.' || type || 'Metadata')
      FROM (VALUES ('own', 'devices.v1.AddRegistryCertificate'), ('fine', 'devices.v1.CreateDevice'), ('gone', 'devices.v1.AdoptDevicePassword'),
        ('only', 'broker.v1.UpdateBroker'), ('admin', 'iotcore.ext.v1.CreateApiKey')) AS made (id, type);
    INSERT INTO audit_events (id, event_type, remote_ip, request_id, resource_id, code)
      VALUES ('e1', 'devices.DisableRegistry', '', '', 'own', 0), ('e2', 'broker.DeleteBrokerPassword', '', '', 'gone', 5),
        ('e3', 'iam.DeleteServiceAccount', '', '', 'admin', 0), ('e4', 'migration.ImportResources', '', '', NULL, 0);
    INSERT INTO connection_log (resource_id, level, message) SELECT id, 'INFO', '' FROM unnest('{own,fine,only,gone,b}'::text[]) AS id;
    INSERT INTO idempotency_keys (caller_id, key, request_hash, status, response) VALUES ('c', 'k', '', 200, '{}')`);
});

const rowsOf = async (sql: string) => (await database.pool.query({ text: sql, rowMode: 'array' })).rows;
const conflicts = () => rowsOf('SELECT id, kind FROM resource_id_conflicts ORDER BY id, kind');
const everyId = ['own', 'r', 'three', 'alone', 'b', 'only', 'a', 'fine'];
const whoMayLogIn = async () => {
  const byPassword = await findIdentities(database.pool, everyId);
  const hex = (id: string) => Buffer.from(id).toString('hex');
  const byCertificate = await findCertificateIdentities(database.pool, everyId.map(hex));
  const name = ({ principal }: (typeof byPassword | typeof byCertificate)[number]) =>
    `${principal.kind} ${principal.id}`;
  return { byPassword: byPassword.map(name).sort(), byCertificate: byCertificate.map(name).sort() };
};

test('an upgrade goes on, lists the resources that share an ID, and lets none of them log in', async () => {
  await migrate(url, quiet);
  expect(await conflicts()).toEqual([
    ...[
      ['a', 'device'],
      ['a', 'service_account'],
    ],
    ...[
      ['b', 'broker'],
      ['b', 'device'],
    ],
    ...[
      ['r', 'device'],
      ['r', 'registry'],
    ],
    ...[
      ['three', 'broker'],
      ['three', 'device'],
      ['three', 'registry'],
    ],
  ]);
  expect(await whoMayLogIn()).toEqual({
    byPassword: ['broker only', 'device fine', 'registry alone', 'registry own'],
    byCertificate: ['broker only'],
  });
  // Every resource is there still.
  expect(await rowsOf('SELECT count(*)::int FROM devices')).toEqual([[5]]);
});

test('the one that is left of those with one ID logs in again, and the MQTT servers are told', async () => {
  await migrate(url, quiet);
  await database.pool.query('DELETE FROM changes');
  await database.pool.query(`DELETE FROM devices WHERE id = 'b'`);
  expect((await whoMayLogIn()).byPassword).toContain('broker b');
  expect((await whoMayLogIn()).byCertificate).toContain('broker b');
  expect(await rowsOf(`SELECT kind, key FROM changes WHERE kind = 'broker'`)).toEqual([['broker', 'b']]);
  expect(await conflicts()).not.toContainEqual(['b', 'broker']);
  // The ID is the broker's now: no other resource gets it, and it is free when the broker is gone.
  const device = `INSERT INTO devices (id, registry_id, folder_id) VALUES ('b', 'own', 'f')`;
  await expect(database.pool.query(device)).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  await database.pool.query(`DELETE FROM brokers WHERE id = 'b'`);
  await database.pool.query(device);
});

test('of three with one ID two must go, or take another one', async () => {
  await migrate(url, quiet);
  await database.pool.query(`DELETE FROM registries WHERE id = 'three'`);
  expect((await whoMayLogIn()).byPassword.filter((name) => name.endsWith(' three'))).toEqual([]);
  await database.pool.query(`UPDATE devices SET id = 'other' WHERE id = 'three'`);
  expect((await whoMayLogIn()).byPassword).toContain('broker three');
  expect(await rowsOf(`SELECT kind FROM resource_ids WHERE id IN ('three', 'other') ORDER BY id`)).toEqual([
    ['device'],
    ['broker'],
  ]);
});

test('an ID in conflict is given to no other resource', async () => {
  await migrate(url, quiet);
  for (const [table, id] of [
    ['brokers', 'r'],
    ['registries', 'b'],
    ['brokers', 'a'],
  ]) {
    const insert = database.pool.query(`INSERT INTO ${table} (id, folder_id) VALUES ('${id}', 'f')`);
    await expect(insert).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  }
});

test('an Idempotency-Key of the previous version is still known', async () => {
  await migrate(url, quiet);
  expect(await rowsOf('SELECT caller_id, key, operation FROM idempotency_keys')).toEqual([['c', 'k', '']]);
  // As the previous version writes: it names no operation.
  const { rowCount } = await database.pool.query(
    `INSERT INTO idempotency_keys (caller_id, key, request_hash, status, response) VALUES ('c', 'k', '', 0, '{}') ON CONFLICT DO NOTHING`,
  );
  expect(rowCount).toBe(0);
});

describe('records', () => {
  const kinds = async () => ({
    operations: await rowsOf('SELECT id, resource_kind FROM operations ORDER BY id'),
    events: await rowsOf('SELECT id, resource_kind FROM audit_events ORDER BY id'),
    lines: await rowsOf(
      'SELECT resource_id, resource_kind, folder_id FROM connection_log ORDER BY resource_id',
    ),
  });
  const expected = {
    operations: [
      ['o-admin', 'service_account'],
      ['o-fine', 'device'],
      ['o-gone', 'device'],
      ['o-only', 'broker'],
      ['o-own', 'registry'],
    ],
    events: [
      ['e1', 'registry'],
      ['e2', 'broker'],
      ['e3', 'service_account'],
      ['e4', null],
    ],
    lines: [
      ['b', null, null],
      ['fine', 'device', 'f'],
      ['gone', null, null],
      ['only', 'broker', 'f'],
      ['own', 'registry', 'f'],
    ],
  };

  test('get the kind of what they are about, but for lines whose resource is gone or has its ID with another', async () => {
    await migrate(url, quiet);
    expect(await kinds()).toEqual(expected);
  });

  test('get it too where the previous version goes on writing', async () => {
    const copies = Object.entries({
      operations: 'id, resource_id, folder_id, description, created_by, metadata',
      audit_events: 'id, event_type, remote_ip, request_id, resource_id, code',
      connection_log: 'resource_id, level, message',
    });
    for (const [table, names] of copies) {
      await database.pool.query(`CREATE TABLE old_${table} AS SELECT ${names} FROM ${table}`);
    }
    await migrate(url, quiet);
    for (const [table, names] of copies) {
      await database.pool.query(
        `DELETE FROM ${table}; INSERT INTO ${table} (${names}) SELECT ${names} FROM old_${table}`,
      );
    }
    expect(await kinds()).toEqual(expected);
  });
});

test('what folders have is counted, also what the previous version adds', async () => {
  await migrate(url, quiet);
  const counts = () =>
    rowsOf('SELECT folder_id, kind, sum(count)::int FROM folder_counts GROUP BY 1, 2 ORDER BY 1, 2');
  const counted = [
    ['f', 'broker', 1],
    ['f', 'device', 5],
    ['f', 'registry', 2],
    ['theirs', 'broker', 2],
    ['theirs', 'registry', 2],
  ];
  expect(await counts()).toEqual(counted);
  await database.pool.query(`INSERT INTO brokers (id, folder_id) VALUES ('new', 'f')`);
  expect((await counts())[0]).toEqual(['f', 'broker', 2]);
  const ofRegistries = 'SELECT registry_id, sum(devices)::int FROM registry_counts GROUP BY 1';
  expect(await rowsOf(ofRegistries)).toEqual([['own', 5]]);
});
