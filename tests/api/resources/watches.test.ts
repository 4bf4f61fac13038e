/** Live views: what a registry, device or broker hears, and its connection log, as server-sent events. */
import {
  connectMqtt,
  type EventStream,
  eventually,
  type Installation,
  type MqttSession,
  makePassword,
  refusalOf,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Account, createAccount } from '../support/accounts.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

interface Fixture {
  readonly api: Installation['api'];
  readonly folderId: string;
  readonly registryId: string;
  readonly deviceId: string;
  readonly device: MqttSession;
  readonly registry: MqttSession;
  readonly account: Account;
  /** Of the account. */
  watch(path: string): Promise<EventStream>;
}

/** A registry with a device, both connected, and an account with a role there. */
async function setUp(role = 'editor'): Promise<Fixture> {
  const { api, overTcp } = installation();
  const folderId = newFolder();
  const { id: registryId } = await api.createRegistry({ folderId });
  const { id: deviceId } = await api.createDevice(registryId);
  const password = makePassword();
  await api.addPassword({ registryId }, password);
  await api.addPassword({ deviceId }, password);
  const device = await connectMqtt({ ...overTcp, username: deviceId, password });
  const registry = await connectMqtt({ ...overTcp, username: registryId, password });
  onTestFinished(async () => {
    await Promise.all([device.end(), registry.end()]);
  });
  const account = await createAccount(api, { folderId, role });
  const watch = async (path: string) => {
    const stream = await account.watch(path);
    onTestFinished(() => stream.close());
    return stream;
  };
  return { api, folderId, registryId, deviceId, device, registry, account, watch };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a live view of messages', () => {
  test('is refused for a filter that the resource may not subscribe to, and for more payload than is shown', async () => {
    const { watch, deviceId, registryId } = await setUp();
    const path = `/ext/v1/devices/${deviceId}/messages:watch`;
    const query = (fields: Record<string, string>) => `${path}?${new URLSearchParams(fields)}`;
    await expect(watch(query({ filter: '$devices/are00000000000000000/events' }))).rejects.toThrow(
      /400.*filter/,
    );
    await expect(watch(query({ filter: `$registries/${registryId}/events` }))).rejects.toThrow(/400.*filter/);
    await expect(watch(query({ maxPayload: '4097' }))).rejects.toThrow(/400.*maxPayload/);
  });

  test('of a device shows what it hears and what it says, and nothing of another', async () => {
    const { api, watch, registryId, deviceId, device, registry } = await setUp();
    const other = await api.createDevice(registryId);
    const stream = await watch(`/ext/v1/devices/${deviceId}/messages:watch?maxPayload=4`);
    await registry.publish(`$devices/${other.id}/commands`, 'not for it');
    await registry.publish(`$devices/${deviceId}/commands/valve`, 'open it');
    await device.publish(`$devices/${deviceId}/events`, 'hot', { qos: 0 });
    expect(await stream.next('message')).toEqual({
      at: expect.any(String),
      topic: `$devices/${deviceId}/commands/valve`,
      qos: 1,
      size: 7,
      payload: base64('open'),
      publisher: { kind: 'REGISTRY' },
    });
    expect(await stream.next('message')).toMatchObject({
      ...{ topic: `$devices/${deviceId}/events`, qos: 0, payload: base64('hot') },
      publisher: { kind: 'DEVICE', id: deviceId },
    });
    await device.publish(`$devices/${deviceId}/events`, 'last');
    expect(await stream.next('message')).toMatchObject({ payload: base64('last') });
  });

  test('of a registry and of a broker shows what these hear, through a filter if there is one', async () => {
    const { api, watch, folderId, registryId, deviceId, device } = await setUp();
    const path = `/ext/v1/registries/${registryId}/messages:watch`;
    const all = await watch(path);
    const some = await watch(`${path}?${new URLSearchParams({ filter: '$devices/+/events/hot' })}`);
    for (const subtopic of ['cold', 'hot'])
      await device.publish(`$devices/${deviceId}/events/${subtopic}`, '');
    expect(await all.next('message')).toMatchObject({ topic: `$devices/${deviceId}/events/cold`, size: 0 });
    expect(await some.next('message')).toMatchObject({ topic: `$devices/${deviceId}/events/hot` });

    const broker = (await api.must('POST', '/iot-broker/v1/brokers', { folderId })).response;
    const ofBroker = await watch(`/ext/v1/brokers/${broker.id}/messages:watch`);
    await api.must('POST', `/iot-broker/v1/brokers/${broker.id}/publish`, {
      topic: 'a/b',
      data: base64('x'),
    });
    expect(await ofBroker.next('message')).toMatchObject({ topic: 'a/b', payload: base64('x') });
  });

  test('shows a viewer all but the payloads, and leaves an audit event', async () => {
    const { api, watch, account, folderId, deviceId, device } = await setUp('viewer');
    const stream = await watch(`/ext/v1/devices/${deviceId}/messages:watch`);
    await device.publish(`$devices/${deviceId}/events`, 'secret');
    const message = await stream.next('message');
    expect(message).toMatchObject({ size: 6 });
    expect(message).not.toHaveProperty('payload');
    const events = await api.must(
      'GET',
      `/ext/v1/auditEvents?folderId=${folderId}&callerId=${account.id}&eventType=devices.WatchDeviceMessages`,
    );
    expect(events.auditEvents).toMatchObject([
      { resourceKind: 'DEVICE', resourceId: deviceId, code: 0, details: { payloads: false } },
    ]);
  });

  test('tells who was refused in its name, and why', async () => {
    const { watch, deviceId } = await setUp();
    const stream = await watch(`/ext/v1/devices/${deviceId}/messages:watch`);
    await refusalOf({ ...installation().overTcp, username: deviceId, password: 'wrong', clientId: 'me' });
    expect(await stream.next('refused')).toMatchObject({
      reason: 'unknown user name or wrong password',
      rule: expect.stringContaining('The user name must be'),
      ...{ address: '127.0.0.1', tls: false, clientId: 'me' },
    });
  });

  test('drops what is more than it takes, and counts all of it, and nobody is slowed', async () => {
    const { watch, deviceId, device, registry } = await setUp();
    const topic = `$devices/${deviceId}/events`;
    await registry.subscribe(topic);
    const stream = await watch(`/ext/v1/devices/${deviceId}/messages:watch`);
    const count = 3000;
    await Promise.all(Array.from({ length: count }, (_, n) => device.publish(topic, String(n))));
    expect((await registry.messages.take(count)).map(({ payload }) => payload.toString())).toEqual(
      Array.from({ length: count }, (_, n) => String(n)),
    );
    const { dropped, seen } = await eventually('all messages seen or counted', async () => {
      const seen = stream.arrived('message').length;
      const dropped = stream.arrived('dropped').reduce((sum, one) => sum + one.count, 0);
      return seen + dropped >= count && { seen, dropped };
    });
    expect(dropped).toBeGreaterThan(0);
    expect(seen + dropped).toBe(count);
  });
});

test('a live view of a log shows its lines as they come, with reason and rule', async () => {
  const { api, watch, deviceId } = await setUp();
  const { overTcp } = installation();
  await api.must('PATCH', `/iot-devices/v1/devices/${deviceId}`, { name: 'renamed' });
  const stream = await watch(`/ext/v1/devices/${deviceId}/logs:watch`);
  await refusalOf({ ...overTcp, username: deviceId, password: 'wrong' });
  expect(await stream.next('entry')).toMatchObject({
    level: 'WARN',
    reason: 'unknown user name or wrong password',
    rule: expect.any(String),
    message: expect.stringMatching(/^connection refused/),
  });
});

test('is asked for by GET alone', async () => {
  const { api, deviceId } = await setUp();
  for (const what of ['messages', 'logs']) {
    const { status, headers } = await api.call('HEAD', `/ext/v1/devices/${deviceId}/${what}:watch`);
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  }
});

describe('a caller', () => {
  test('has four live views open at a time, and a place again when one is closed', async () => {
    const { watch, deviceId } = await setUp();
    const path = `/ext/v1/devices/${deviceId}/messages:watch`;
    const open = [await watch(path), await watch(path), await watch(path), await watch(path)];
    await expect(watch(path)).rejects.toThrow(/429.*live views/);
    await open[0]?.close();
    await eventually('a place', () =>
      watch(path).then(
        () => true,
        () => false,
      ),
    );
  });

  test.each([
    [
      'its API key is deleted',
      ({ api, account }: Fixture) =>
        api.must('DELETE', `/ext/v1/serviceAccounts/${account.id}/apiKeys/${account.apiKeyId}`),
    ],
    [
      'it gets another role',
      ({ api, account, folderId }: Fixture) =>
        api.must('POST', `/ext/v1/serviceAccounts/${account.id}/roleBindings`, { folderId, role: 'admin' }),
    ],
    [
      'the registry is disabled',
      ({ api, registryId }: Fixture) => api.must('POST', `/iot-devices/v1/registries/${registryId}:disable`),
    ],
  ])('is told that its live view is over when %s', async (_, change) => {
    const fixture = await setUp();
    const stream = await fixture.watch(`/ext/v1/registries/${fixture.registryId}/messages:watch`);
    await change(fixture);
    expect(await stream.next('ended')).toEqual({ reason: expect.any(String) });
    await stream.over;
  });

  test('is shown nothing more of a device that is deleted', async () => {
    const { api, watch, deviceId } = await setUp();
    const stream = await watch(`/ext/v1/devices/${deviceId}/logs:watch`);
    await api.must('DELETE', `/iot-devices/v1/devices/${deviceId}`);
    expect(await stream.next('ended')).toEqual({ reason: expect.any(String) });
    await stream.over;
  });
});
