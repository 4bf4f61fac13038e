/** A device is deleted, and its ID and its registry's are taken in another folder, before the database has what it did. */
import { openDatabase } from '@iotcore/store';
import { sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createDevice, createRegistry } from '../support/test-client.ts';

const installation = sharedInstallation();
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test('what a device did last is not told where its ID is by then', async () => {
  const registry = await createRegistry(installation());
  const device = await createDevice(installation(), registry);
  const client = await device.connect();
  await device.logLine(/^connected/);
  const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 2 });
  onTestFinished(() => database.close());
  const { pool } = database;
  const taking = await pool.connect();
  try {
    await taking.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
    // Nothing is written to the log until the end, and nothing stored of the registry.
    await taking.query('LOCK TABLE connection_log IN EXCLUSIVE MODE');
    await taking.query('DELETE FROM devices WHERE id = $1', [device.id]);
    await taking.query('DELETE FROM registries WHERE id = $1', [registry.id]);
    await taking.query(`INSERT INTO registries (id, folder_id) VALUES ($1, 'another')`, [registry.id]);
    await taking.query(`INSERT INTO devices (id, registry_id, folder_id) VALUES ($1, $2, 'another')`, [
      device.id,
      registry.id,
    ]);
    const published = client.publish(`$devices/${device.id}/state`, 'secret').catch(() => undefined);
    // The server has the message, too, once it has answered this.
    expect(await client.subscribe('forbidden')).toEqual([0x80]);
    await taking.query('COMMIT');
    await published;
    await client.expectClosed();
  } finally {
    taking.release(true);
  }
  // Lines are written in their order: all that were before this one have been.
  const another = await createDevice(installation(), await createRegistry(installation()));
  await another.connect();
  await another.logLine(/^connected/);
  const last = `SELECT message FROM connection_log
    WHERE resource_id = $1 AND (message LIKE 'some of subscriptions failed%' OR message LIKE 'disconnected%')`;
  expect((await pool.query(last, [device.id])).rows).toEqual([]);
  const stored = await pool.query('SELECT FROM permanent_messages WHERE registry_id = $1', [registry.id]);
  expect(stored.rowCount).toBe(0);
});
