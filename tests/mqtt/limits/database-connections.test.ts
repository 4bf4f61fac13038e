/** What waits for rows that are locked holds its own connections to the database, and none of those that logins need. */
import { openDatabase } from '@iotcore/store';
import { eventually, type MqttSession, sharedInstallation } from '@iotcore/testkit';
import { onTestFinished, test } from 'vitest';
import { createDevice, createRegistry } from '../support/test-client.ts';

/** So few that four pages of retained messages, read at once, would hold all of them if they might. */
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { IOT_DATABASE_POOL_SIZE: '4' },
});
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test('a client that was never seen logs in while readers and storers of retained messages hold all connections that they may have', async () => {
  const registry = await createRegistry(installation());
  const device = await createDevice(installation(), registry);
  const state = `$devices/${device.id}/state`;
  const sender = await device.connect();
  await sender.publish(state, 'before');
  let readers: MqttSession[] = [];
  // A reader gives up after 5 s, and its session ends: others take its place.
  const read = async () => {
    if (readers.some(({ connected }) => connected)) return;
    readers = await Promise.all(Array.from({ length: 8 }, () => registry.connect()));
    for (const reader of readers) void reader.subscribe(state).catch(() => {});
  };

  const opened = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 2 });
  onTestFinished(() => opened.close());
  const { pool } = opened;
  const holder = await pool.connect();
  await holder.query('SET idle_in_transaction_session_timeout = 0; BEGIN');
  let isHeld = true;
  const letGo = async () => {
    if (!isHeld) return;
    isHeld = false;
    await holder.query('ROLLBACK');
    holder.release();
  };
  onTestFinished(letGo);
  await holder.query('LOCK TABLE permanent_messages IN ACCESS EXCLUSIVE MODE');
  const storing = sender.publish(state, 'after', { qos: 1 });
  /** Statements that wait for the lock, by whose connection they came, and when they began. */
  const waiting = async (kind: string) => {
    const { rows } = await pool.query<{ statement: string }>(
      `SELECT pid || ' ' || query_start AS statement FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE '%' || $1`,
      [kind],
    );
    return rows.map(({ statement }) => statement);
  };
  const all = async () => ({ reading: await waiting('reading'), storing: await waiting('storing') });
  const isLeft = (some: readonly string[], now: readonly string[]) => some.some((one) => now.includes(one));

  // Statements give up after 5 s, and what waits for them gets its turn then: a login must not have waited for them.
  await eventually('a login while the same reader and the same storer wait', async () => {
    await read();
    const newcomer = await createDevice(installation(), registry);
    const before = await all();
    if (before.reading.length === 0 || before.storing.length === 0) return undefined;
    const session = await newcomer.connect();
    const after = await all();
    await session.end();
    return isLeft(before.reading, after.reading) && isLeft(before.storing, after.storing);
  });

  await letGo();
  await storing;
});
