/** The names of topics: aliases, `$me`, forms without `$`, and the name that a message arrives under. */
import { eventually, expectSilence, type MqttSession, sharedInstallation } from '@iotcore/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDevice, createRegistry, type TestClient, transportsOfFull } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
let sibling: TestClient;

beforeEach(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry, {
    topicAliases: { 'my/alias/': '$devices/{id}/', temp: '$devices/{id}/events/bedroom/temperature' },
  });
  sibling = await createDevice(installation(), registry);
});

const read = async (session: MqttSession, count = 1) =>
  (await session.messages.take(count)).map(({ topic, payload }) => `${topic} ${payload}`);

describe.each(transportsOfFull)('an alias over %s', (transport) => {
  test('does not give rights that the full topic does not give', async () => {
    const session = await device.connect({}, transport);
    expect(await session.subscribe(['my/alias/events', 'my/alias/commands'])).toEqual([0x80, 1]);
    await expect(session.publish('my/alias/commands', 'x')).rejects.toThrow('closed');
  });

  test('that changes takes effect on live sessions, without a reconnect', async () => {
    const listener = await registry.connect({}, transport);
    await listener.subscribe('#');
    const sender = await device.connect({}, transport);
    await sender.publish(`$devices/${device.id}/events`, 'before');
    expect(await read(listener)).toEqual(['my/alias/events before']);
    await installation().api.must('PATCH', `/iot-devices/v1/devices/${device.id}`, {
      updateMask: 'topicAliases',
      topicAliases: { 'new/': '$devices/{id}/' },
    });
    await eventually('the new name', async () => {
      await sender.publish(`$devices/${device.id}/events`, 'after');
      return (await read(listener))[0] === 'new/events after';
    });
    await expect(sender.publish('my/alias/events', 'x')).rejects.toThrow('closed');
  });
});

describe('an alias', () => {
  test('of another device closes the connection of a client that publishes to it, and cannot be subscribed to', async () => {
    const session = await sibling.connect();
    expect(await session.subscribe(['my/alias/commands', 'my/alias/+'])).toEqual([0x80, 0x80]);
    await expect(session.publish('my/alias/events', 'x')).rejects.toThrow('closed');
    const foreign = await (await createRegistry(installation())).connect();
    expect(await foreign.subscribe('my/alias/events')).toEqual([0x80]);
  });

  test('stands for the topic, for publishing and in filters, also with wildcards', async () => {
    const listener = await registry.connect();
    expect(await listener.subscribe(['my/alias/events', 'temp', 'my/+/state'])).toEqual([1, 1, 1]);
    const sender = await device.connect();
    await sender.publish('my/alias/events', 'by alias');
    await sender.publish(`$devices/${device.id}/events`, 'by name');
    await sender.publish('temp', '21');
    await sender.publish('my/alias/state', 'on');
    expect(await read(listener, 4)).toEqual([
      'my/alias/events by alias',
      'my/alias/events by name',
      'temp 21',
      'my/alias/state on',
    ]);
    const commands = await device.connect();
    await commands.subscribe('my/alias/commands');
    const owner = await registry.connect();
    await owner.publish('my/alias/commands', 'go');
    expect(await read(commands)).toEqual(['my/alias/commands go']);
  });

  test('of any device is what # alone matches', async () => {
    const listener = await registry.connect();
    await listener.subscribe('#');
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events/bedroom/temperature`, '21');
    expect((await read(listener, 2)).toSorted()).toEqual([
      'my/alias/events/bedroom/temperature 21',
      'temp 21',
    ]);
    const other = await sibling.connect();
    await other.publish(`$devices/${sibling.id}/events`, 'no alias');
    await expectSilence(listener, (marker) => sender.publish('my/alias/events', marker));
  });
});

describe('$me', () => {
  test('is the device itself and its registry, for publishing and in filters', async () => {
    const listener = await registry.connect();
    await listener.subscribe([`$devices/${device.id}/events`, '$me/registry/events']);
    const sender = await device.connect();
    await sender.publish('$me/device/events', 'mine');
    await sender.publish('$me/registry/events', 'ours');
    expect(await read(listener, 2)).toEqual([
      `$devices/${device.id}/events mine`,
      '$me/registry/events ours',
    ]);
    const hearing = await device.connect();
    expect(await hearing.subscribe(['$me/device/#', '$me/registry/+', '$me/monitoring/json'])).toEqual([
      1, 1, 1,
    ]);
    const owner = await registry.connect();
    await owner.publish(`$devices/${device.id}/commands/a`, 'go');
    await owner.publish('$me/registry/commands', 'all go');
    const heard = (await hearing.messages.take(3)).filter(({ topic }) => !topic.startsWith('$me/monitoring'));
    expect(heard.map(({ topic, payload }) => `${topic} ${payload}`).slice(0, 2)).toEqual([
      '$me/device/commands/a go',
      '$me/registry/commands all go',
    ]);
  });

  test('gives no other rights, and means nothing to a client that it does not fit', async () => {
    const session = await device.connect();
    expect(await session.subscribe(['$me/device/events', '$me/other', '$me/device'])).toEqual([
      0x80, 0x80, 0x80,
    ]);
    await expect(session.publish('$me/device/commands', 'x')).rejects.toThrow('closed');
    const owner = await registry.connect();
    expect(await owner.subscribe('$me/device/events')).toEqual([0x80]);
    await expect(owner.publish('$me/device/commands', 'x')).rejects.toThrow('closed');
  });
});

describe('the name that a message arrives under', () => {
  test('is in the form of the filter: one copy for each form, none twice in one form', async () => {
    const listener = await registry.connect();
    await listener.subscribe([
      `$devices/${device.id}/events`,
      '$devices/#',
      `devices/${device.id}/events`,
      'devices/+/events/#',
      'my/alias/events',
      '#',
    ]);
    const sender = await device.connect();
    await sender.publish('$me/device/events', 'x');
    expect((await read(listener, 3)).toSorted()).toEqual([
      `$devices/${device.id}/events x`,
      `devices/${device.id}/events x`,
      'my/alias/events x',
    ]);
    await sender.publish('$me/device/state', 'marker');
    expect((await read(listener, 2)).every((message) => message.endsWith(' marker'))).toBe(true);
  });
});
