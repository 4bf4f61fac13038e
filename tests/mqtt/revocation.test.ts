/**
 * What is taken away ends live sessions, with the right line in the log, and leaves everybody else alone; within the second
 * that docs/promises.md promises, by the clocks of the servers: from the operation in the API's answer to the line of the end.
 */

import { openDatabase } from '@iotcore/store';
import {
  eventually,
  type MqttSession,
  sharedInstallation,
  startInstallation,
  startPostgres,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  byCertificate,
  createBroker,
  createDevice,
  createRegistry,
  type Party,
  transports,
} from './support/party.ts';

const installation = sharedInstallation();
let registry: Party;
let bystander: Party;
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

const promisedMs = 1000;

/** Waits for the line that tells of the end, and compares its time with that of the operation. */
async function expectEnd(party: Party, line: RegExp, { modifiedAt }: { modifiedAt: string | Date }) {
  const { at } = await party.logEntry(line);
  expect(at.getTime() - new Date(modifiedAt).getTime()).toBeLessThanOrEqual(promisedMs);
}

async function passwordId(party: Party): Promise<string> {
  const [kind, id] = Object.entries(party.owner)[0] as [string, string];
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

describe.each(transports)('a live session over %s ends', (transport) => {
  test('when the password that opened it is deleted, and not when another is', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const first = await passwordId(device);
    const second = await installation().api.addPassword(device.owner, 'Second-Password-1234');
    const byFirst = await device.connect({}, transport);
    const bySecond = await device.connect({ password: 'Second-Password-1234' }, transport);
    const deletion = await installation().api.must(
      'DELETE',
      `/iot-devices/v1/devices/${device.id}/passwords/${first}`,
    );
    await byFirst.expectClosed();
    await expectEnd(device, /^disconnected: password deleted$/, deletion);
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
    const deletion = await installation().api.must(
      'DELETE',
      `/iot-devices/v1/devices/${device.id}/certificates/${certificate.sha1}`,
    );
    await session.expectClosed();
    await expectEnd(device, /^disconnected: certificate deleted$/, deletion);
    expect(await device.refusal(byCertificate(certificate))).toBe(5);
    expect(byPassword.connected).toBe(true);
  });

  test('when its device is deleted, and the device is let in no more', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const session = await device.connect({}, transport);
    const deletion = await device.delete();
    await session.expectClosed();
    await expectEnd(device, /^disconnected: device deleted$/, deletion);
    expect(await device.refusal({}, transport)).toBe(4);
  });

  test('when its registry or broker is deleted', async () => {
    await watch();
    for (const party of [await createRegistry(installation()), await createBroker(installation())]) {
      const session = await party.connect({}, transport);
      const deletion = await party.delete();
      await session.expectClosed();
      await expectEnd(party, /^disconnected: (registry|broker) deleted$/, deletion);
      expect(await party.refusal({}, transport)).toBe(4);
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
    const disabling = await installation().api.must('POST', `/iot-devices/v1/registries/${fleet.id}:disable`);
    for (const session of sessions) await session.expectClosed();
    await expectEnd(fleet, /^disconnected: registry disabled$/, disabling);
    await expectEnd(device, /^disconnected: registry disabled$/, disabling);
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

describe.each(transports)('a revocation whose notification was lost, over %s', (transport) => {
  test('takes effect all the same', async () => {
    await watch();
    const device = await createDevice(installation(), registry);
    const session = await device.connect({}, transport);
    const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet });
    onTestFinished(() => database.close());
    // The row of the change is written, as by a trigger, but nobody is told.
    await database.pool.query(`ALTER TABLE passwords DISABLE TRIGGER password_deleted`);
    onTestFinished(() =>
      database.pool.query('ALTER TABLE passwords ENABLE TRIGGER password_deleted').then(() => {}),
    );
    const { rows } = await database.pool.query<{ modifiedAt: Date }>(
      `WITH gone AS (DELETE FROM passwords WHERE device_id = $1 RETURNING id)
       INSERT INTO changes (kind, key) SELECT 'password', id FROM gone RETURNING at AS "modifiedAt"`,
      [device.id],
    );
    await session.expectClosed();
    await expectEnd(device, /^disconnected: password deleted$/, rows[0] as { modifiedAt: Date });
    expect(await device.refusal()).toBe(4);
  });
});

describe('while the database is away', () => {
  test('sessions stay, who is known is let in, others get 3, and what was revoked meanwhile ends when it is back', async () => {
    const postgres = await startPostgres();
    const other = await startInstallation({ database: postgres.url('postgres') });
    const fleet = await createRegistry(other);
    const [known, fresh, doomed] = await Promise.all([1, 2, 3].map(() => createDevice(other, fleet)));
    if (!known || !fresh || !doomed) throw new Error('no devices');
    const listener = await fleet.connect();
    await listener.subscribe('$devices/#');
    const session = await known.connect();
    const ending = await doomed.connect();
    const topic = `$devices/${known.id}/events`;
    await session.publish(topic, 'before');
    await listener.messages.next();

    await postgres.stop();
    await session.publish(topic, 'meanwhile');
    expect(String((await listener.messages.next()).payload)).toBe('meanwhile');
    expect(await fresh.refusal()).toBe(3);
    const back = await known.connect({ clientId: 'cached' });
    await back.publish(topic, 'from the cache');
    expect(String((await listener.messages.next()).payload)).toBe('from the cache');
    const readyz = await fetch(`${other.adminUrl}/readyz`);
    expect([readyz.status, await readyz.json()]).toEqual([503, { status: 'not ready', database: 'away' }]);

    // Rights that are not in memory: the publication waits, and so does its sender.
    const commander = await fleet.connect({ clientId: 'commander' });
    const command = commander.publish(`$devices/${fresh.id}/commands`, 'waits');

    await postgres.start();
    await command;
    await eventually('the fresh device to be let in', async () => (await fresh.connect()).connected);
    await eventually('the device to be deleted', async () => doomed.delete().then(() => true));
    await ending.expectClosed();
    expect(session.connected).toBe(true);
    await known.logLine(/clientID: "cached"/);
  });
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
