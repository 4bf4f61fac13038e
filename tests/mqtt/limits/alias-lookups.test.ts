/** How often the database is asked for aliases that nobody knows yet: in a SUBSCRIBE there may be ten thousand of them. */
import { openDatabase, prepareDatabase } from '@iotcore/store';
import {
  connectPacket,
  connectRaw,
  fullTest,
  startInstallation,
  startPostgres,
  subscribePacket,
} from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { createDevice, createRegistry } from '../support/test-client.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const filters = 9_999;
const keysOfQuery = 100;

/** A Postgres that counts statements, and a database there. */
async function startCountingPostgres() {
  const cluster = await startPostgres();
  const maintenance = openDatabase(cluster.url('postgres'), { logger: quiet, poolSize: 1 });
  await maintenance.pool.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`);
  await maintenance.pool.query('CREATE DATABASE counted');
  await maintenance.close();
  await cluster.stop();
  await cluster.start();
  const url = cluster.url('counted');
  await prepareDatabase(url, quiet, new AbortController().signal);
  const { pool, close } = openDatabase(url, { logger: quiet, poolSize: 1 });
  onTestFinished(close);
  await pool.query('CREATE EXTENSION pg_stat_statements');
  return {
    url,
    forget: () => pool.query('SELECT pg_stat_statements_reset()'),
    /** Statements that looked for owners of aliases. */
    async lookups(): Promise<number> {
      const { rows } = await pool.query<{ calls: string }>(
        `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
         WHERE query LIKE '%FROM topic_aliases%' AND query NOT LIKE '%pg_stat_statements%'`,
      );
      return Number(rows[0]?.calls);
    },
  };
}

fullTest(
  'a SUBSCRIBE with 9,999 filters that begin like aliases nobody has asks the database once for a hundred, and those that exist are found',
  async () => {
    const postgres = await startCountingPostgres();
    const installation = await startInstallation({ database: postgres.url });
    const registry = await createRegistry(installation);
    await createDevice(installation, registry, { topicAliases: { x5000: '$devices/{id}/events' } });
    const client = await connectRaw({ port: installation.mqttPort });
    client.send(connectPacket(registry.id, registry.password, 'many filters'));
    await client.expectBytes('20020000');
    await postgres.forget();

    client.send(subscribePacket(...Array.from({ length: filters }, (_, n) => `x${n}/#`)));

    // Type, length in two bytes, identifier, a code for each filter.
    const answer = await client.read(5 + filters);
    expect(answer.subarray(0, 5).toString('hex')).toBe('90914e0001');
    expect(answer.length).toBe(5 + filters);
    expect(answer.at(5 + 5000)).toBe(1);
    const lookups = await postgres.lookups();
    expect(lookups).toBeGreaterThanOrEqual(Math.floor(filters / keysOfQuery));
    // The first few may come in a query of their own, before the others have been asked for.
    expect(lookups).toBeLessThanOrEqual(2 * Math.ceil(filters / keysOfQuery));
  },
);
