/** Publishing under an Idempotency-Key while the MQTT server does not answer: a process that is stopped by a signal. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@iotcore/store';
import { eventually, fullTest, startInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { expectRefusal } from '../support/answers.ts';

const poolSize = 2;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** An installation with few database connections, and a device to publish as. */
async function fewConnections() {
  const installation = await startInstallation({ env: { IOT_DATABASE_POOL_SIZE: String(poolSize) } });
  const { api } = installation;
  const device = await api.createDevice((await api.createRegistry()).id);
  const body = { topic: `$devices/${device.id}/events`, data: '' };
  const path = `/iot-devices/v1/devices/${device.id}`;
  const publish = (key: string) =>
    api.call('POST', `${path}/publish`, body, { headers: { 'idempotency-key': key } });
  const { pool, close } = openDatabase(installation.databaseUrl, { logger: quiet, poolSize: 1 });
  onTestFinished(close);
  const pendingKeys = async () =>
    (await pool.query('SELECT FROM idempotency_keys WHERE status = 0')).rowCount ?? 0;
  return { installation, api, path, publish, pendingKeys, pool };
}

test('holds no database connection, and tells the same call to ask again', async () => {
  const { installation, api, path, publish, pendingKeys } = await fewConnections();
  const mqtt = installation.program('mqtt');
  mqtt.kill('SIGSTOP');
  const keys = Array.from({ length: 2 * poolSize }, () => randomUUID());
  const publishing = keys.map((key) => publish(key));
  await eventually('claims', async () => (await pendingKeys()) === keys.length);
  expect((await api.call('GET', path)).status).toBe(200);
  const again = await publish(keys[0] ?? '');
  expectRefusal(again, 'ABORTED');
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
  mqtt.kill('SIGCONT');
  for (const [n, { status }] of (await Promise.all(publishing)).entries()) {
    // One that was given up meanwhile has left its key free.
    expect([200, 503]).toContain(status);
    expect((await publish(keys[n] ?? '')).status).toBe(200);
  }
  expect(await pendingKeys()).toBe(0);
});

fullTest('a key whose process died is worked on again after its lease, and not before', async () => {
  const { installation, publish, pendingKeys, pool } = await fewConnections();
  const mqtt = installation.program('mqtt');
  mqtt.kill('SIGSTOP');
  const key = randomUUID();
  const lost = publish(key).catch((error: unknown) => error);
  await eventually('the claim', async () => (await pendingKeys()) === 1);
  installation.program('api').kill('SIGKILL');
  await lost;
  await installation.program('api').waitExit();
  mqtt.kill('SIGCONT');
  installation.start('api');
  await installation.ready();
  // The lease lasts until the test ends it, however long a start takes.
  await pool.query(`UPDATE idempotency_keys SET created_at = now() + interval '1 hour'`);
  expectRefusal(await publish(key), 'ABORTED');
  await pool.query(`UPDATE idempotency_keys SET created_at = now() - interval '15 seconds'`);
  expect((await publish(key)).status).toBe(200);
  expect(await pendingKeys()).toBe(0);
});
