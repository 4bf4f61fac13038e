import { randomUUID } from 'node:crypto';
import { connectMqtt, eventually, makePassword, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

/** A registry that listens to all its devices, and one of them. */
async function listening() {
  const { api, overTcp } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ password });
  const device = await api.createDevice(registry.id);
  const session = await connectMqtt({ ...overTcp, username: registry.id, password });
  await session.subscribe(`$devices/${device.id}/#`);
  return { api, device, session, url: `/iot-devices/v1/devices/${device.id}/publish` };
}

/** Publishes once more, and checks that nothing came before that. */
async function expectNothingBefore({ api, device, session, url }: Awaited<ReturnType<typeof listening>>) {
  const topic = `$devices/${device.id}/events/marker`;
  await api.must('POST', url, { topic });
  expect((await session.messages.next()).topic).toBe(topic);
}

const data = Buffer.from('{"t":21}').toString('base64');

test('a message published as a device reaches its registry', async () => {
  const { api, device, session, url } = await listening();
  const topic = `$devices/${device.id}/events`;
  expect(await api.must('POST', url, { topic, data })).toEqual({});
  const message = await session.messages.next();
  expect([message.topic, message.payload.toString()]).toEqual([topic, '{"t":21}']);
});

test('a message without data is empty; data may be in the URL alphabet, without padding', async () => {
  const { api, device, session, url } = await listening();
  const topic = `$devices/${device.id}/events`;
  await api.must('POST', url, { topic });
  expect((await session.messages.next()).payload.length).toBe(0);
  await api.must('POST', url, { topic, data: '_-8' });
  expect((await session.messages.next()).payload).toEqual(Buffer.from([0xff, 0xef]));
});

describe('a device may not publish', () => {
  test('where it may not over MQTT', async () => {
    const one = await listening();
    const { api, device, url } = one;
    for (const topic of [
      `$devices/${device.id}/commands`,
      '$devices/are00000000000000000/events',
      'a/b',
      '#',
    ]) {
      expectViolations(await api.call('POST', url, { topic, data }), 'topic');
    }
    await expectNothingBefore(one);
  });

  test('while its registry is disabled', async () => {
    const { api, device, url } = await listening();
    const registry = `/iot-devices/v1/registries/${device['registryId']}`;
    await api.must('POST', `${registry}:disable`);
    const topic = `$devices/${device.id}/events`;
    await eventually(
      'FAILED_PRECONDITION',
      async () => (await api.call('POST', url, { topic })).body.code === 9,
    );
  });

  test.each([
    ['too long a topic', { topic: 'x'.repeat(1025) }, 'topic'],
    ['no topic', {}, 'topic'],
    ['an empty topic', { topic: '' }, 'topic'],
    ['data that is not base64', { topic: 't', data: '*' }, 'data'],
    ['data with a letter too many', { topic: 't', data: 'AAAAA' }, 'data'],
    ['more than 262,144 bytes', { topic: 't', data: Buffer.alloc(262_145).toString('base64') }, 'data'],
    ['a QoS of its own', { topic: 't', qos: 2 }, 'qos'],
  ])('%s', async (_, body, field) => {
    const { api, url } = await listening();
    const answer = await api.call('POST', url, body);
    expectRefusal(answer, 'INVALID_ARGUMENT');
    const fields = answer.body.details[0].fieldViolations.map(
      (violation: { field: string }) => violation.field,
    );
    expect(fields).toContain(field);
  });
});

test('262,144 bytes arrive whole', async () => {
  const { api, device, session, url } = await listening();
  const payload = Buffer.alloc(262_144, 'x');
  await api.must('POST', url, { topic: `$devices/${device.id}/events`, data: payload.toString('base64') });
  expect((await session.messages.next()).payload.equals(payload)).toBe(true);
});

test('the same Idempotency-Key publishes once', async () => {
  const one = await listening();
  const { api, device, session, url } = one;
  const topic = `$devices/${device.id}/events`;
  const headers = { 'idempotency-key': randomUUID() };
  for (let i = 0; i < 3; i += 1) {
    expect((await api.call('POST', url, { topic, data }, { headers })).body).toEqual({});
  }
  expect((await session.messages.next()).topic).toBe(topic);
  await expectNothingBefore(one);
  expectRefusal(await api.call('POST', url, { topic }, { headers }), 'ABORTED');
});

test('a registry and a broker publish too, each in its own namespace', async () => {
  const { api, overTcp } = installation();
  const password = makePassword();
  const registry = await api.createRegistry();
  const device = await api.createDevice(registry.id, { password });
  const { response: broker } = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'f', password });
  const asDevice = await connectMqtt({ ...overTcp, username: device.id, password });
  await asDevice.subscribe(`$devices/${device.id}/commands`);
  const asBroker = await connectMqtt({ ...overTcp, username: broker.id, password });
  await asBroker.subscribe('#');

  const topic = `$devices/${device.id}/commands`;
  await api.must('POST', `/iot-devices/v1/registries/${registry.id}/publish`, { topic, data });
  expect((await asDevice.messages.next()).topic).toBe(topic);
  await api.must('POST', `/iot-broker/v1/brokers/${broker.id}/publish`, { topic: 'plant/7', data });
  expect((await asBroker.messages.next()).topic).toBe('plant/7');
});

describe('without an MQTT server', () => {
  const alone = sharedInstallation({ programs: ['api'] });

  test.each(kinds)('a %s is told to try again later', async (_, create) => {
    const { api } = alone();
    const owner = await create(api);
    expectRefusal(await api.call('POST', `${owner.path}/publish`, { topic: 't' }), 'UNAVAILABLE');
  });
});
