/** The MQTT server as a process: how it starts, waits, tells of itself and stops. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { openDatabase } from '@iotcore/store';
import {
  connectRaw,
  eventually,
  fullTest,
  type Installation,
  listen,
  openRaw,
  packet,
  sharedInstallation,
  someOf,
  startInstallation,
  startPostgres,
  text,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDevice, createRegistry, reach, transports } from './support/test-client.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** It writes a line that repeats once an hour. */
const installation = sharedInstallation();

/** Another MQTT server on the same database. */
function startNode(env: Readonly<Record<string, string>>): Promise<Installation> {
  return startInstallation({ programs: ['mqtt'], database: installation().databaseUrl, env });
}

/** An MQTT server that waits for a database, which is not there yet. */
async function startWithoutDatabase() {
  const postgres = await startPostgres();
  await postgres.stop();
  const other = await startInstallation({
    programs: ['mqtt'],
    database: postgres.url('postgres'),
    waitUntilReady: false,
  });
  await eventually('it to say that it waits', () => other.logs().includes('waiting for the database'));
  return { other, postgres };
}

describe('the MQTT process', () => {
  test.each(someOf([['IOT_MQTTS_PORT'], ['IOT_MQTT_PORT'], ['IOT_MQTT_ADMIN_PORT']], 3))(
    'ends at once with a clear line when the port of %s is taken',
    async (setting) => {
      const port = await listen(() => {});
      const other = await startInstallation({
        programs: ['mqtt'],
        env: { [setting]: String(port) },
        waitUntilReady: false,
      });
      const { code } = await other.program('mqtt').waitExit();
      expect(code).toBe(1);
      expect(other.logs()).toMatch(
        new RegExp(`^mqtt: ${setting}: port ${port} of 127\\.0\\.0\\.1 is taken`, 'm'),
      );
    },
  );

  fullTest('has no plain TCP when its port is empty', async () => {
    const other = await startNode({ IOT_MQTT_PORT: '' });
    expect(() => other.mqttPort).toThrow();
    await (await createRegistry(installation())).at(other).connect();
  });

  test('waits for the database at the start, says so, lives, and serves once it is there', async () => {
    const { other, postgres } = await startWithoutDatabase();
    expect(other.program('mqtt').running).toBe(true);
    await postgres.start();
    await other.ready();
    expect((await fetch(`${other.adminUrl}/readyz`)).status).toBe(200);
  });

  fullTest('stops with status 0 when asked to while it waits for the database', async () => {
    const { other } = await startWithoutDatabase();
    other.program('mqtt').kill('SIGTERM');
    expect((await other.program('mqtt').waitExit()).code).toBe(0);
  });

  test('stops with status 0 under load, closes its clients, and writes the last lines of the log', async () => {
    const other = await startNode({});
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const sessions = await Promise.all([registry.at(other).connect(), device.at(other).connect()]);
    const idle = connect(other.mqttPort, '127.0.0.1');
    await once(idle, 'connect');
    other.program('mqtt').kill('SIGTERM');
    for (const session of sessions) await session.expectClosed();
    expect((await other.program('mqtt').waitExit()).code).toBe(0);
    await device.logLine(/^disconnected: server stopping$/);
  });

  test('tells what it handles until its last connection is closed', async () => {
    const other = await startNode({});
    const device = (await createDevice(installation(), await createRegistry(installation()))).at(other);
    const session = await device.connect();
    const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 2 });
    onTestFinished(() => database.close());
    const { pool } = database;
    const locking = await pool.connect();
    onTestFinished(() => locking.release(true));
    await locking.query('BEGIN');
    // Its session may still be recorded, which locks the key.
    const { rows } = await locking.query<{ id: string }>(
      'SELECT id FROM data_plane_nodes WHERE url = $1 FOR NO KEY UPDATE',
      [other.adminUrl],
    );
    // It takes its registration away before it closes its listeners, and now has to wait for that.
    other.program('mqtt').kill('SIGTERM');
    await eventually('it to stop', async () => {
      const waiting = await pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE '%data_plane_nodes%'`,
      );
      // Or it waits to renew the registration, and then for this.
      return waiting.rowCount === 1;
    });
    for (const text of ['a', 'b', 'c']) await session.publish(`$devices/${device.id}/events`, text);
    await locking.query('ROLLBACK');
    expect((await other.program('mqtt').waitExit()).code).toBe(0);
    const told = await pool.query<{ messages: number }>(
      `SELECT sum((figures ->> 'messagesReceived')::int)::int AS messages FROM process_samples
       WHERE process_id = $1 AND step = 10`,
      [rows[0]?.id],
    );
    expect(told.rows).toEqual([{ messages: 3 }]);
  });

  fullTest('turns connections beyond its limits away, and serves those it has', async () => {
    const other = await startNode({ IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '2' });
    const registry = (await createRegistry(installation())).at(other);
    const [one] = await Promise.all([registry.connect(), registry.connect()]);
    await expect(registry.connect()).rejects.toThrow();
    await one?.publish(`$registries/${registry.id}/commands`, 'x');
    await one?.end();
    await eventually('a place to be free', async () => (await registry.connect()).connected);
  });
});

describe('the metrics', () => {
  const read = async () => (await fetch(`${installation().adminUrl}/metrics`)).text();
  const value = (page: string, name: string): number | undefined => {
    const line = page.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length));
  };
  const wrong = 'unknown user name or wrong password';

  test('count what happened, and hold no name, password or topic of anybody', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const before = await read();
    const sender = await device.connect({ clientId: 'counted-client' });
    await sender.publish(`$devices/${device.id}/events/counted`, 'x');
    await listener.messages.next();
    await device.refusal({ password: 'Wrong-Password-1234' });
    await expect(sender.publish('forbidden/topic', 'x')).rejects.toThrow();
    const metrics = await read();
    const more = (name: string) => (value(metrics, name) ?? 0) - (value(before, name) ?? 0);
    expect(more('iotcore_mqtt_connects_accepted_total{credential="password"}')).toBe(1);
    expect(more(`iotcore_mqtt_connects_refused_total{reason="${wrong}"}`)).toBe(1);
    expect(more('iotcore_mqtt_disconnects_total{reason="publish not allowed"}')).toBe(1);
    for (const line of [
      // Two of each are those of the bystanders.
      /^iotcore_mqtt_sessions 3$/m,
      /^iotcore_mqtt_accepts_postponed_total \d+$/m,
      /^iotcore_mqtt_subscriptions 3$/m,
      /^iotcore_mqtt_messages_received_total [1-9]/m,
      /^iotcore_mqtt_messages_sent_total [1-9]/m,
      /^iotcore_mqtt_server_certificate_end_seconds \d{10}/m,
      /^iotcore_mqtt_cache_entries\{cache="proofs"\} [1-9]/m,
      /^nodejs_eventloop_lag_seconds /m,
    ]) {
      expect(metrics).toMatch(line);
    }
    for (const secret of [device.id, device.password, 'counted', 'forbidden']) {
      expect(metrics).not.toContain(secret);
    }
  });

  test('neither do the logs of the process hold a password', async () => {
    const registry = await createRegistry(installation());
    await registry.connect();
    await registry.refusal({ password: 'Wrong-Password-1234' });
    expect(installation().logs()).not.toContain(registry.password);
    expect(installation().logs()).not.toContain('Wrong-Password-1234');
  });
});

describe.each(transports)('a burst of new connections over %s', (transport) => {
  const anonymous = packet('10', `${text('MQTT')}0402003c${text('nobody')}`);
  test('is answered whole, and holds up no client that is connected', async () => {
    const bystander = await (await createRegistry(installation())).connect();
    const server = installation().program('mqtt');
    // Frozen, it finds all of them waiting at once.
    server.kill('SIGSTOP');
    onTestFinished(() => server.kill('SIGCONT'));
    const arrived: Promise<unknown>[] = [];
    const burst = Array.from({ length: 150 }, () =>
      openRaw(reach(installation(), transport), (socket) => {
        onTestFinished(() => void socket.destroy());
        arrived.push(once(socket, 'connect'));
      }),
    );
    await Promise.all(arrived);
    server.kill('SIGCONT');
    await bystander.subscribe('$devices/#');
    const clients = await Promise.all(burst);
    for (const client of clients) client.send(anonymous);
    for (const client of clients) {
      await client.expectBytes('20020005');
      client.close();
    }
  });
});

describe('a client that speaks another protocol than the port', () => {
  const tlsHello = '16030100c8010000c40303';
  const http = Buffer.from('GET / HTTP/1.1\r\nHost: iot.example\r\n\r\n').toString('hex');
  const mqtt = packet('10', `${text('MQTT')}0402003c${text('lost')}`);

  test.each([
    ['TLS to the plain port', 'mqttPort', tlsHello],
    ['HTTP to the plain port', 'mqttPort', http],
    ['MQTT to the TLS port', 'mqttsPort', mqtt],
    ['HTTP to the TLS port', 'mqttsPort', http],
  ] as const)('%s is closed at once, and fills no log', async (_what, port, bytes) => {
    const bystander = await (await createRegistry(installation())).connect();
    const lines = () => installation().logs().split('refused a client').length - 1;
    const before = lines();
    for (let n = 0; n < 20; n++) {
      const raw = await connectRaw({ port: installation()[port] });
      raw.send(bytes);
      // An alert of TLS at most, and the end.
      expect((await raw.read(100)).toString('hex')).toMatch(/^(15030[1-4]0002.{4})?$/);
    }
    expect(lines() - before).toBeLessThanOrEqual(1);
    await bystander.subscribe('$devices/#');
  });
});
