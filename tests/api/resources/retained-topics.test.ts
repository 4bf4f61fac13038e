import { connectMqtt, makePassword } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

const data = Buffer.from('on').toString('base64');

/** A registry with a device that has said and been told something. */
async function setUp() {
  const { api } = installation();
  const registry = await api.createRegistry();
  const device = await api.createDevice(registry.id);
  const devicePath = `/iot-devices/v1/devices/${device.id}`;
  const registryPath = `/iot-devices/v1/registries/${registry.id}`;
  const topics = {
    state: `$devices/${device.id}/state`,
    valve: `$devices/${device.id}/state/valve`,
    config: `$devices/${device.id}/config`,
    shared: `$registries/${registry.id}/state`,
  };
  for (const topic of [topics.state, topics.valve, topics.shared])
    await api.must('POST', `${devicePath}/publish`, { topic, data });
  await api.must('POST', `${registryPath}/publish`, { topic: topics.config, data });
  const ofDevice = `/ext/v1/devices/${device.id}`;
  const list = async (prefix?: string) => {
    const query = prefix === undefined ? '' : `?${new URLSearchParams({ prefix })}`;
    const page = await api.must('GET', `${ofDevice}/retainedTopics${query}`);
    return page.topics.map(({ topic }: { topic: string }) => topic).sort();
  };
  const at = (path: string, topic: string) => `${path}/retainedMessage?${new URLSearchParams({ topic })}`;
  return { api, registry, topics, list, at, ofDevice, ofRegistry: `/ext/v1/registries/${registry.id}` };
}

test('permanent topics are listed by the beginning of their names, of the device alone', async () => {
  const { list, topics } = await setUp();
  expect(await list()).toEqual([topics.config, topics.state, topics.valve]);
  expect(await list(`${topics.state}/`)).toEqual([topics.valve]);
  expect(await list('%')).toEqual([]);
});

test('a topic of another, one that is empty, and none at all is not cleared', async () => {
  const { api, at, ofDevice, ofRegistry, topics, list } = await setUp();
  expectViolations(await api.call('DELETE', `${ofDevice}/retainedMessage`), 'topic');
  expectRefusal(await api.call('DELETE', at(ofDevice, `${topics.state}/none`)), 'NOT_FOUND');
  expectRefusal(await api.call('DELETE', at(ofDevice, topics.shared)), 'NOT_FOUND');
  expectRefusal(await api.call('DELETE', at(ofRegistry, topics.state)), 'NOT_FOUND');
  expect(await list()).toHaveLength(3);
});

test('a permanent topic is cleared for those who listen and for those who come later', async () => {
  const { api, registry, at, ofDevice, ofRegistry, topics, list } = await setUp();
  const password = makePassword();
  await api.addPassword({ registryId: registry.id }, password);
  const { overTcp } = installation();
  const listener = await connectMqtt({ ...overTcp, username: registry.id, password });
  await listener.subscribe(topics.state);
  expect((await listener.messages.next()).payload.toString()).toBe('on');
  for (const topic of [topics.state, topics.config]) await api.must('DELETE', at(ofDevice, topic));
  await api.must('DELETE', at(ofRegistry, topics.shared));
  expect(await listener.messages.next()).toMatchObject({ topic: topics.state, payload: Buffer.alloc(0) });
  expect(await list()).toEqual([topics.valve]);
  expectRefusal(await api.call('GET', at(ofRegistry, topics.shared)), 'NOT_FOUND');
  await listener.end();
});
