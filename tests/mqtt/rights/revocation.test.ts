/**
 * What is taken away ends live sessions, with the right line in the log, and leaves everybody else alone. That it does so
 * within the second that docs/promises.md promises is measured under load: `npm run chaos` (tests/chaos/scenarios/clients/revocation.ts).
 */

import { openDatabase } from '@iotcore/store';
import {
  eventually,
  type Installation,
  type MqttSession,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  byCertificate,
  createBroker,
  createDevice,
  createRegistry,
  TestClient,
  transportsOfFull,
} from '../support/test-client.ts';

/** It looks for changes once an hour: what ends sessions here are notifications. */
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { IOT_INTERNAL_MQTT_CHANGES_POLL_MS: '3600000' },
});
let registry: TestClient;
let bystander: TestClient;
let watching: MqttSession;

beforeAll(async () => {
  registry = await createRegistry(installation());
  bystander = await createDevice(installation(), registry);
});

/** A session that must outlive the test. */
async function watch() {
  watching = await bystander.connect();
  onTestFinished(() => expect(watching.connected).toBe(true));
}

async function passwordId(client: TestClient): Promise<string> {
  const [kind, id] = Object.entries(client.owner)[0] as [string, string];
  const plural = {
    deviceId: 'iot-devices/v1/devices',
    registryId: 'iot-devices/v1/registries',
    brokerId: 'iot-broker/v1/brokers',
  };
  const { passwords } = await installation().api.must(
    'GET',
    `/${plural[kind as keyof typeof plural]}/${id}/passwords`,
  );
  return passwords[0].id;
}

/** Of what is gone nothing enters the connection log any more; the server says itself why it ended the sessions. */
async function endedSessions(since: ReturnType<Installation['logPosition']>, reason: string): Promise<void> {
  const line = `"sessions":1,"reason":"${reason}","msg":"ended sessions"`;
  await eventually(`sessions to end: ${reason}`, () =>
    installation()
      .outputs(since)
      .some(({ text }) => text.includes(line)),
  );
}

describe.each(transportsOfFull)('a live session over %s ends', (transport) => {
  test('when the password that opened it is deleted, and not when another is', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const first = await passwordId(device);
    const second = await installation().api.addPassword(device.owner, 'Second-Password-1234');
    const byFirst = await device.connect({}, transport);
    const bySecond = await device.connect({ password: 'Second-Password-1234' }, transport);
    await installation().api.must('DELETE', `/iot-devices/v1/devices/${device.id}/passwords/${first}`);
    await byFirst.expectClosed();
    await device.logLine(/^disconnected: password deleted$/);
    expect(bySecond.connected).toBe(true);
    expect(await device.refusal({}, transport)).toBe(4);
    await installation().api.must('DELETE', `/iot-devices/v1/devices/${device.id}/passwords/${second.id}`);
    await bySecond.expectClosed();
  });

  test('when the certificate that opened it is deleted', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const certificate = await device.addCertificate();
    const byPassword = await device.connect({}, transport);
    const session = await device.connect(byCertificate(certificate));
    await installation().api.must(
      'DELETE',
      `/iot-devices/v1/devices/${device.id}/certificates/${certificate.sha1}`,
    );
    await session.expectClosed();
    await device.logLine(/^disconnected: certificate deleted$/);
    expect(await device.refusal(byCertificate(certificate))).toBe(5);
    expect(byPassword.connected).toBe(true);
  });

  test('when its device is deleted, and the device is let in no more', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const session = await device.connect({}, transport);
    const since = installation().logPosition();
    await device.delete();
    await session.expectClosed();
    await endedSessions(since, 'device deleted');
    expect(await device.refusal({}, transport)).toBe(4);
  });

  test('when its registry or broker is deleted', async () => {
    await watch();
    for (const [kind, client] of [
      ['registry', await createRegistry(installation())],
      ['broker', await createBroker(installation())],
    ] as const) {
      const session = await client.connect({}, transport);
      const since = installation().logPosition();
      await client.delete();
      await session.expectClosed();
      await endedSessions(since, `${kind} deleted`);
      expect(await client.refusal({}, transport)).toBe(4);
    }
  });

  test('when its registry is disabled, for the registry and its devices, until it is enabled again', async () => {
    await watch();
    const fleet = await createRegistry(installation());
    const device = await createDevice(installation(), fleet);
    const certificate = await device.addCertificate();
    const sessions = [
      await fleet.connect({}, transport),
      await device.connect({}, transport),
      await device.connect(byCertificate(certificate)),
    ];
    await installation().api.must('POST', `/iot-devices/v1/registries/${fleet.id}:disable`);
    for (const session of sessions) await session.expectClosed();
    await fleet.logLine(/^disconnected: registry disabled$/);
    await device.logLine(/^disconnected: registry disabled$/);
    expect([
      await fleet.refusal({}, transport),
      await device.refusal({}, transport),
      await device.refusal(byCertificate(certificate)),
      await device.refusal({ password: 'Wrong-Password-1234' }, transport),
    ]).toEqual([5, 5, 5, 4]);
    await installation().api.must('POST', `/iot-devices/v1/registries/${fleet.id}:enable`);
    await eventually('the registry to be let in again', async () => (await fleet.connect()).connected);
    await device.connect(byCertificate(certificate));
  });
});

test('a revocation whose notification was lost takes effect all the same, over TLS and TCP', async () => {
  await watch();
  const node = await startInstallation({ programs: ['mqtt'], database: installation().databaseUrl ?? '' });
  const { id, owner, password } = await createDevice(installation(), registry);
  const device = new TestClient(node, id, owner, password);
  const sessions = [await device.connect({}, 'TLS'), await device.connect({}, 'TCP')];
  const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet });
  onTestFinished(() => database.close());
  // The row of the change is written, as by a trigger, but nobody is told.
  await database.pool.query(`ALTER TABLE passwords DISABLE TRIGGER password_deleted`);
  onTestFinished(() =>
    database.pool.query('ALTER TABLE passwords ENABLE TRIGGER password_deleted').then(() => {}),
  );
  await database.pool.query(
    `WITH gone AS (DELETE FROM passwords WHERE device_id = $1 RETURNING id)
     INSERT INTO changes (kind, key) SELECT 'password', id FROM gone`,
    [id],
  );
  for (const session of sessions) await session.expectClosed();
  await device.logLine(/^disconnected: password deleted$/);
  expect(await device.refusal()).toBe(4);
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
