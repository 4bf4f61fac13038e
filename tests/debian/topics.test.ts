/** The rules of the topics, as the clients of the field meet them: forms of names, aliases, permanent topics, brokers. */
import { sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { byPassword, type Login, Mosquitto } from './mosquitto.ts';

const installation = sharedInstallation();
const mosquitto = new Mosquitto(installation);
const done = { status: 0, text: '' };

let registry: Login;
let device: Login;

beforeAll(async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry();
  const topicAliases = { 'my/alias/': '$devices/{id}/', temp: '$devices/{id}/events/bedroom/temperature' };
  const { id: deviceId } = await api.createDevice(registryId, { topicAliases });
  registry = await mosquitto.login(registryId, { registryId });
  device = await mosquitto.login(deviceId, { deviceId });
});

/** What arrives, with the name it arrives under, when `from` publishes to `topic` and `to` has subscribed to `filter`. */
async function heard(to: Login, filter: string, from: Login, topic: string): Promise<string> {
  const listener = await mosquitto.subscribed(
    1,
    ...byPassword(to),
    '-t',
    filter,
    '-F',
    '%t = %p, retained %r',
  );
  expect(await mosquitto.publish(...byPassword(from), '-t', topic, '-m', 'hello')).toEqual(done);
  expect(await listener.status()).toBe(0);
  return listener.text.match(/^.* = hello.*$/m)?.[0] ?? listener.text;
}

describe('a message carries the name in the form of the filter', () => {
  test.each([
    ['in full', () => `$devices/${device.id}/events/#`, () => `$devices/${device.id}/events`],
    ['without $', () => `devices/${device.id}/events/#`, () => `devices/${device.id}/events`],
    ['by an alias', () => 'my/alias/events', () => 'my/alias/events'],
    ['by any alias', () => '#', () => 'my/alias/events'],
  ])('%s', async (_form, filter, name) => {
    expect(await heard(registry, filter(), device, `$devices/${device.id}/events`)).toBe(
      `${name()} = hello, retained 0`,
    );
  });

  test('by $me, to the device that it names', async () => {
    expect(
      await heard(device, '$me/device/commands/#', registry, `$devices/${device.id}/commands/light`),
    ).toBe('$me/device/commands/light = hello, retained 0');
  });

  test('whatever form its publisher used', async () => {
    const filter = `$devices/${device.id}/events/bedroom/+`;
    for (const topic of ['temp', '$me/device/events/bedroom/temperature'])
      expect(await heard(registry, filter, device, topic)).toContain('/events/bedroom/temperature = hello');
  });
});

describe('a filter is denied', () => {
  test.each([['$devices/+'], ['$registries/+'], ['unknown/alias'], ['$SYS/#'], ['$share/group/#']])(
    'for %s',
    async (filter) => {
      const { text } = await mosquitto.subscribe(...byPassword(registry), '-t', filter);
      expect(text).toContain('All subscription requests were denied');
    },
  );
});

test('the last message of a permanent topic is given to whoever subscribes, until it is cleared', async () => {
  const topic = `$devices/${device.id}/state`;
  const say = (...what: string[]) => mosquitto.publish(...byPassword(device), '-t', topic, ...what);
  const listen = () =>
    mosquitto.subscribed(1, ...byPassword(registry), '-t', `${topic}/#`, '-F', '%p, retained %r');

  expect(await say('-m', 'on')).toEqual(done);
  const stored = await listen();
  expect(await stored.status()).toBe(0);
  expect(stored.text).toMatch(/^on, retained 1$/m);

  expect(await say('-n')).toEqual(done);
  const afterwards = await listen();
  expect(await say('-m', 'off')).toEqual(done);
  expect(await afterwards.status()).toBe(0);
  expect(afterwards.text).toMatch(/^off, retained 0$/m);
});

test('a broker is a namespace of its own, in which $ is refused', async () => {
  const { api } = installation();
  const [mine, other] = await Promise.all(
    ['mine', 'other'].map(async (folderId) => {
      const { response } = await api.must('POST', '/iot-broker/v1/brokers', { folderId });
      return await mosquitto.login(response.id, { brokerId: response.id });
    }),
  );
  if (!mine || !other) throw new Error('two brokers were asked for');
  const all = await mosquitto.subscribed(1, ...byPassword(mine), '-t', '#', '-F', '%t = %p');
  expect(await mosquitto.publish(...byPassword(other), '-t', 'any/topic', '-m', 'foreign')).toEqual(done);
  expect(await mosquitto.publish(...byPassword(mine), '-t', 'any/topic', '-m', 'own')).toEqual(done);
  expect(await all.status()).toBe(0);
  expect(all.text).toMatch(/^any\/topic = own$/m);
  expect(all.text).not.toContain('foreign');

  const { text } = await mosquitto.subscribe(...byPassword(mine), '-t', '$devices/#');
  expect(text).toContain('All subscription requests were denied');
});
