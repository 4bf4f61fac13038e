/** How many connections one device, one tenant and everybody may have, and that neighbours do not notice. */
import { openDatabase } from '@iotcore/store';
import {
  ConnectRefused,
  connectPacket,
  connectRaw,
  eventually,
  type MqttSession,
  sharedInstallation,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createBroker,
  createDevice,
  createRegistry,
  reach,
  type TestClient,
  type TransportName,
  transportsOfFull,
} from '../support/test-client.ts';

const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: {
    // A client that says nothing is not given up within a test.
    IOT_INTERNAL_MQTT_CONNECT_TIMEOUT_MS: '3600000',
    // And two of the bystanders.
    IOT_MQTT_MAX_CONNECTIONS: '42',
    IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL: '3',
    IOT_MQTT_MAX_CONNECTIONS_PER_TENANT: '5',
  },
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
type Pool = ReturnType<typeof openDatabase>['pool'];

/** As many sessions as it gets of so many that it opens at once, each silent for as long as MQTT allows. */
async function flood(client: TestClient, attempts: number, transport: TransportName): Promise<MqttSession[]> {
  const opened = await Promise.allSettled(
    Array.from({ length: attempts }, (_, n) =>
      client.connect({ keepAliveSeconds: n % 2 === 0 ? 0 : 65_535 }, transport),
    ),
  );
  for (const outcome of opened) {
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toBeInstanceOf(ConnectRefused);
      expect(outcome.reason.code).toBe(3);
    }
  }
  return opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Open connections, as the server counts them. */
async function connections(): Promise<number> {
  const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
  return Number(/^iotcore_mqtt_connections (\d+)$/m.exec(metrics)?.[1]);
}

/** Of the installation, with connections of the test's own. */
function database() {
  const opened = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 2 });
  onTestFinished(() => opened.close());
  return opened.pool;
}

/** No password can be looked up until the answer is called. */
async function lockPasswords(pool: Pool): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query('SET idle_in_transaction_session_timeout = 0; BEGIN');
  await client.query('LOCK TABLE passwords IN ACCESS EXCLUSIVE MODE');
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await client.query('ROLLBACK');
    client.release();
  };
  onTestFinished(release);
  return release;
}

/** Does the MQTT server wait for what is locked, to check somebody's credentials? */
async function isCheckWaiting(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE '%lookups'`,
  );
  return rows.length > 0;
}

async function endAll(sessions: readonly MqttSession[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.end()));
}

describe.each(transportsOfFull)('a device over %s', (transport) => {
  test('has no more sessions than its limit, though it opens them at once and is never heard of again', async () => {
    const registry = await createRegistry(installation());
    const [device, sibling] = [
      await createDevice(installation(), registry),
      await createDevice(installation(), registry),
    ];
    const sessions = await flood(device, 8, transport);
    expect(sessions.length).toBe(3);
    expect(await device.refusal({}, transport)).toBe(3);
    await device.logLine(/^connection refused: too many connections of this device/);
    await (await sibling.connect({}, transport)).publish(`$devices/${sibling.id}/events`, 'served');
    const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /connects_refused_total\{reason="too many connections of this device or registry"\} [1-9]/,
    );
    await endAll(sessions);
  });

  test('has all its places after clients that left, or were reset, while their credentials were checked', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const witness = await createDevice(installation(), await createRegistry(installation()));
    const pool = database();
    const served = await witness.connect({}, transport);
    const serve = async () => {
      for (let n = 0; n < 3; n++) await served.publish(`$devices/${witness.id}/events`, 'served', { qos: 1 });
    };
    const before = await eventually('those of earlier tests to be gone', async () => {
      const count = await connections();
      return count <= 3 ? count : undefined;
    });
    /** True: all of them had left before the check was over. On a slow machine it may give up before, after 5 s. */
    const leaveMeanwhile = async () => {
      const release = await lockPasswords(pool);
      const open = (over: TransportName) =>
        Promise.all(Array.from({ length: 5 }, () => connectRaw(reach(installation(), over))));
      // One that is reset is gone at once; one that closes its side is still told how its CONNECT went.
      const [reset, leaving] = [await open('TCP'), await open(transport)];
      for (const [n, raw] of [...reset, ...leaving].entries())
        raw.send(connectPacket(device.id, device.password, `random ${n}`));
      await eventually('the check of a password to wait', () => isCheckWaiting(pool));
      // What was sent before is read before these are answered: all CONNECTs have joined the check by then.
      await serve();
      for (const raw of reset) raw.socket.resetAndDestroy();
      for (const raw of leaving) raw.close();
      await eventually(
        'the reset ones to be gone',
        async () => (await connections()) <= before + leaving.length,
      );
      await serve();
      const wasWaiting = await isCheckWaiting(pool);
      await release();
      return wasWaiting;
    };
    await eventually('all of them to leave during the check', leaveMeanwhile);

    const sessions = await eventually('three places to be free', async () => {
      const opened = await flood(device, 3, transport);
      if (opened.length === 3) return opened;
      await endAll(opened);
      return undefined;
    });
    await endAll([...sessions, served]);
  });

  test('takes over its own session at its limit, and has a place again once one has ended', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const sessions = await flood(device, 3, transport);
    const again = await device.connect({ clientId: sessions[0]?.clientId as string }, transport);
    await sessions[0]?.expectClosed();
    expect(await device.refusal({}, transport)).toBe(3);
    await again.end();
    const last = await eventually('a place to be free', () => device.connect({}, transport));
    await endAll([...sessions, last]);
  });
});

describe.each(transportsOfFull)('a tenant over %s', (transport) => {
  test('has no more sessions than its limit, with all its devices; another is served', async () => {
    const [registry, other] = [await createRegistry(installation()), await createRegistry(installation())];
    const devices = [
      await createDevice(installation(), registry),
      await createDevice(installation(), registry),
    ];
    const neighbour = await createDevice(installation(), other);
    const heard = await other.connect({}, transport);
    await heard.subscribe('$devices/#');
    const sessions = (await Promise.all(devices.map((device) => flood(device, 3, transport)))).flat();
    expect(sessions.length).toBe(5);
    expect(await registry.refusal({}, transport)).toBe(3);
    await registry.logLine(/^connection refused: too many connections of the registry with its devices/);
    await (await neighbour.connect({}, transport)).publish(`$devices/${neighbour.id}/events`, 'not held up');
    expect(String((await heard.messages.next()).payload)).toBe('not held up');
    await endAll(sessions);
  });

  test('that is a broker has its sessions all as the broker', async () => {
    const broker = await createBroker(installation());
    const sessions = await flood(broker, 8, transport);
    expect(sessions.length).toBe(5);
    await endAll(sessions);
  });
});

describe.each(transportsOfFull)('connections over %s that never say who they are', (transport) => {
  test('are reset beyond the total, and do not affect clients that are connected; their places come back', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const connected = await device.connect({}, transport);
    await eventually('those of earlier tests to be gone', async () => (await connections()) === 3);
    // The last of them is one too many; whether its reset comes before or after it is told that it is connected is chance.
    const opened = await Promise.allSettled(
      Array.from({ length: 40 }, () => connectRaw(reach(installation(), transport))),
    );
    const silent = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(silent.length).toBeGreaterThanOrEqual(39);
    // Over the same listener, so that it is accepted after them.
    await expect(device.connect({ clientId: 'late' }, transport)).rejects.toThrow();
    await connected.publish(`$devices/${device.id}/events`, 'served');
    for (const raw of silent) raw.close();
    await eventually('a place to be free', () => device.connect({ clientId: 'later' }, transport));
    expect(connected.connected).toBe(true);
  });
});
