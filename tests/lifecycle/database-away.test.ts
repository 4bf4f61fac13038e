/** A database that goes while everything runs: who is served meanwhile, who is told to come again, and what happens when it is back. */
import { eventually, makePassword, sharedInstallation, sharedPostgres } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../api/support/answers.ts';
import { createDevice, createRegistry, TestClient } from '../mqtt/support/test-client.ts';

const postgres = sharedPostgres();
const installation = sharedInstallation({ database: () => postgres().url('postgres') });
const registries = '/iot-devices/v1/registries';

describe('while the database is away', () => {
  test('calls are refused as UNAVAILABLE, and served again once it is back', async () => {
    const { api, apiUrl } = installation();
    const registry = await api.createRegistry({ name: 'kept' });
    await postgres().stop();

    for (const answer of [
      await api.call('GET', `${registries}/${registry.id}`),
      await api.call('POST', registries, { folderId: 'f' }),
      await api.call('DELETE', `${registries}/${registry.id}`),
    ]) {
      expectRefusal(answer, 'UNAVAILABLE');
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(JSON.stringify(answer.body)).not.toMatch(/postgres|prisma|ECONN|127\.0\.0\.1/i);
    }
    expect((await fetch(new URL('/livez', apiUrl))).status).toBe(200);
    expect((await fetch(new URL('/readyz', apiUrl))).status).toBe(503);

    await postgres().start();
    await eventually('the registry', async () => {
      const { status } = await api.call('GET', `${registries}/${registry.id}`);
      return status === 200;
    });
    await api.must('DELETE', `${registries}/${registry.id}`);
  });

  test('a first connection is told to come again, and nothing else', async () => {
    const { api } = installation();
    const registry = await createRegistry(installation());
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    await api.must('PUT', `/ext/v1/registries/${registry.id}/passwordAdoption`, { endsAt });
    const { id } = await api.createDevice(registry.id);
    const device = new TestClient(installation(), id, { deviceId: id }, makePassword());
    await postgres().stop();
    expect(await device.refusal()).toBe(3);
    await postgres().start();
    await eventually('the device to be let in', () => device.connect());
  });

  test('sessions stay, known clients are accepted, others get 3, and what was revoked meanwhile ends when it is back', async () => {
    const fleet = await createRegistry(installation());
    const [known, fresh, doomed] = await Promise.all(
      [1, 2, 3].map(() => createDevice(installation(), fleet)),
    );
    if (!known || !fresh || !doomed) throw new Error('no devices');
    const listener = await fleet.connect();
    // Nothing of it is retained: a session whose retained messages could not be read is closed.
    await listener.subscribe('$devices/+/events/#');
    const session = await known.connect();
    const ending = await doomed.connect();
    const topic = `$devices/${known.id}/events`;
    await session.publish(topic, 'before');
    await listener.messages.next();

    await postgres().stop();
    await session.publish(topic, 'meanwhile');
    expect(String((await listener.messages.next()).payload)).toBe('meanwhile');
    expect(await fresh.refusal()).toBe(3);
    const back = await known.connect({ clientId: 'cached' });
    await back.publish(topic, 'from the cache');
    expect(String((await listener.messages.next()).payload)).toBe('from the cache');
    const readyz = await fetch(`${installation().adminUrl}/readyz`);
    expect([readyz.status, await readyz.json()]).toEqual([503, { status: 'not ready', database: 'away' }]);

    // Rights that are not in memory: the publication waits, and so does its sender.
    const commander = await fleet.connect({ clientId: 'commander' });
    const command = commander.publish(`$devices/${fresh.id}/commands`, 'waits');

    await postgres().start();
    await command;
    await eventually('the fresh device to be let in', async () => (await fresh.connect()).connected);
    await eventually('the device to be deleted', async () => doomed.delete().then(() => true));
    await ending.expectClosed();
    expect(session.connected).toBe(true);
    await known.logLine(/clientID: "cached"/);
  });

  test('a message of a permanent topic is acknowledged once it is back, and other topics go on', async () => {
    const fleet = await createRegistry(installation());
    const sensor = await createDevice(installation(), fleet);
    const sender = await sensor.connect();
    const other = await sensor.connect();
    await other.publish(`$devices/${sensor.id}/events`, 'x');
    await sender.publish(`$devices/${sensor.id}/state`, 'before');
    await postgres().stop();
    let acknowledged = false;
    const storing = sender.publish(`$devices/${sensor.id}/state`, 'meanwhile').then(() => {
      acknowledged = true;
    });
    await other.publish(`$devices/${sensor.id}/events`, 'x');
    expect(acknowledged).toBe(false);
    await postgres().start();
    await storing;
    await eventually('the listener to connect', async () => (await fleet.connect()).connected);
    const listener = await fleet.connect();
    await listener.subscribe('$devices/+/state');
    expect(String((await listener.messages.next()).payload)).toBe('meanwhile');
  });
});
