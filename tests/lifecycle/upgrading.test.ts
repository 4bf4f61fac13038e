/**
 * From the release before this one: its database as pg_dump wrote it, with clients whose secrets are known, and its writers that
 * go on while this release starts (docs/upgrading.md).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, isDatabaseUnavailable, openDatabase } from '@iotcore/store';
import {
  casesOf,
  connectMqtt,
  createDatabase,
  eventually,
  noteSecret,
  startInstallation,
} from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import clients from './previous-release/clients.json' with { type: 'json' };
import { createDevice, storeMessages } from './previous-release/statements.ts';

const { registryId, pumpId, fanId, brokerId, password } = clients;
const folderId = 'greenhouse';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
type Pool = Database['pool'];

/** A database as the previous release left it. */
async function previousDatabase(): Promise<{ url: string; pool: Pool }> {
  const database = await createDatabase();
  const { pool, close } = openDatabase(database.url, { logger: quiet });
  onTestFinished(async () => {
    await close();
    await database.drop();
  });
  const dump = await readFile(join(import.meta.dirname, 'previous-release/database.sql'), 'utf8');
  await pool.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${dump}; SET search_path TO DEFAULT`);
  return { url: database.url, pool };
}

/** The previous release at work: devices are created and publish their state, until it is stopped. */
class PreviousRelease {
  readonly #pool: Pool;
  readonly #stopping = new AbortController();
  readonly #working: Promise<void>;
  /** What was written, by topic. */
  readonly written = new Map<string, string>();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#working = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let number = 0; !this.#stopping.signal.aborted; number += 1) {
      const id = `areold${String(number).padStart(14, '0')}`;
      await this.#write(createDevice, [id, registryId, folderId, `old-${number}`]);
      const topic = `$devices/${id}/state`;
      await this.#write(storeMessages, [[registryId], [topic], [id], [Buffer.from(`${number}`)]]);
      this.written.set(topic, `${number}`);
    }
  }

  /** Its clients try again what the database did not do: a migration may have been in the way. */
  async #write(statement: string, values: unknown[]): Promise<void> {
    await this.#pool.query(statement, values).catch((error) => {
      if (!isDatabaseUnavailable(error)) throw error;
      return this.#write(statement, values);
    });
  }
}

const migrationsOf = async (pool: Pool) =>
  (await pool.query('SELECT migration_name AS name, checksum FROM _prisma_migrations ORDER BY 1')).rows;

test('under traffic nothing is lost, old secrets are good, and the previous release may go on beside it', async () => {
  const { url, pool } = await previousDatabase();
  const before = await migrationsOf(pool);
  const previous = new PreviousRelease(pool);
  onTestFinished(() => previous.stop());
  // The node of the previous release that the dump knows has ended.
  const env = { IOT_INTERNAL_MQTT_BESIDE_OTHERS: undefined };
  const installation = await startInstallation({ database: url, env });
  const { api } = installation;
  expect((await migrationsOf(pool)).slice(0, before.length)).toEqual(before);
  expect((await migrationsOf(pool)).length).toBeGreaterThan(before.length);

  // What is in the field: a password, a certificate, an alias, a broker.
  const registry = await connectMqtt({ ...installation.overTls, username: registryId, password });
  expect(await registry.subscribe([`$devices/${pumpId}/state`, `$devices/${fanId}/events/#`])).toEqual([
    1, 1,
  ]);
  expect((await registry.messages.next()).payload.toString()).toBe(clients.pumpState);
  const fan = await connectMqtt({ ...installation.overTls, certificate: clients.fanCertificate });
  await fan.publish(`$devices/${fanId}/events/speed`, '3', { qos: 1 });
  expect((await registry.messages.next()).payload.toString()).toBe('3');
  expect(await registry.subscribe(`$devices/${pumpId}/events/pressure`)).toEqual([1]);
  const pump = await connectMqtt({ ...installation.overTls, username: pumpId, password });
  await pump.publish(clients.pumpAlias, '7', { qos: 1 });
  expect((await registry.messages.next()).payload.toString()).toBe('7');
  await (await connectMqtt({ ...installation.overTls, username: brokerId, password })).end();
  // What manages it.
  noteSecret(clients.apiKey);
  await api.must('GET', `/ext/v1/serviceAccounts/${clients.serviceAccountId}`);
  // Known, and without a role: it is shown nothing.
  const asKey = { token: null, headers: { authorization: `Api-Key ${clients.apiKey}` } };
  expect((await api.call('GET', `/iot-devices/v1/registries/${registryId}`, undefined, asKey)).status).toBe(
    404,
  );
  const operations = await api.must('GET', `/iot-devices/v1/registries/${registryId}/operations`);
  expect(operations.operations.length).toBeGreaterThan(0);

  // The previous release has gone on all the while, and does so on the new schema.
  const sofar = previous.written.size;
  await eventually('devices of the previous release', () => previous.written.size > sofar + 10);
  await previous.stop();
  const { rows } = await pool.query<{ topic: string; payload: Buffer }>(
    `SELECT topic, payload FROM permanent_messages WHERE device_id LIKE 'areold%'`,
  );
  expect(new Map(rows.map(({ topic, payload }) => [topic, payload.toString()]))).toEqual(previous.written);
  // What it made is there for this one, too: counted, with its ID claimed.
  const { devices } = await api.must('GET', `/iot-devices/v1/devices?registryId=${registryId}&pageSize=1000`);
  expect(devices.length).toBe(Math.min(1000, previous.written.size + 2));
  const { rows: counted } = await pool.query(
    `SELECT count(*)::int AS n FROM resource_ids WHERE id LIKE 'areold%'`,
  );
  expect(counted).toEqual([{ n: previous.written.size }]);
});

test('a database of a newer release is refused by each program, and nothing is touched', async () => {
  const { url, pool } = await previousDatabase();
  await pool.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, logs)
     VALUES ('newer', 'checksum', '99990101000000_newer', now(), '{"release":"99.1.0","oldestBeside":"99.0.0"}')`,
  );
  const before = await migrationsOf(pool);
  const programs = casesOf(['api', 'mqtt'] as const, (name) => name === 'mqtt');
  const installation = await startInstallation({ database: url, programs, waitUntilReady: false });
  for (const name of programs) {
    const program = installation.program(name);
    expect(await program.waitExit()).toEqual({ code: 1, signal: null });
    expect(program.output).toMatch(
      /schema of release 99\.1\.0 .*install release 99\.0\.0 or newer.*docs\/upgrading\.md/,
    );
  }
  expect(await migrationsOf(pool)).toEqual(before);
  const { rows } = await pool.query(`SELECT to_regclass('live_sessions') AS found`);
  expect(rows).toEqual([{ found: null }]);
});
