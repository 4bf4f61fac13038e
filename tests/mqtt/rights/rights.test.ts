/** What clients may publish and hear: the table of topics, every cell, on real processes. */
import { expectSilence, type MqttSession, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBroker, createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
let sibling: TestClient;
let stranger: TestClient;
let strangeRegistry: TestClient;

/** New ones, in whose topics nothing is stored yet. */
async function populate(): Promise<void> {
  [registry, strangeRegistry] = await Promise.all([
    createRegistry(installation()),
    createRegistry(installation()),
  ]);
  device = await createDevice(installation(), registry);
  sibling = await createDevice(installation(), registry);
  stranger = await createDevice(installation(), strangeRegistry);
}

type Name = 'device' | 'sibling' | 'registry' | 'stranger' | 'strangeRegistry';
const client = (name: Name): TestClient => ({ device, sibling, registry, stranger, strangeRegistry })[name];
const everybody: readonly Name[] = ['device', 'sibling', 'registry', 'stranger', 'strangeRegistry'];

interface Row {
  readonly topic: string;
  readonly publishers: readonly Name[];
  readonly readers: readonly Name[];
}

/** The table of the specification, for the topics of `device` and of `registry`. */
const rows: readonly Row[] = [
  { topic: '$devices/{device}/events', publishers: ['device'], readers: ['registry'] },
  { topic: '$devices/{device}/state', publishers: ['device'], readers: ['registry'] },
  { topic: '$devices/{device}/commands', publishers: ['registry'], readers: ['device'] },
  { topic: '$devices/{device}/config', publishers: ['registry'], readers: ['device'] },
  { topic: '$registries/{registry}/events', publishers: ['device', 'sibling'], readers: ['registry'] },
  { topic: '$registries/{registry}/state', publishers: ['device', 'sibling'], readers: ['registry'] },
  { topic: '$registries/{registry}/commands', publishers: ['registry'], readers: ['device', 'sibling'] },
  { topic: '$registries/{registry}/config', publishers: ['registry'], readers: ['device', 'sibling'] },
  { topic: '$monitoring/{device}/json', publishers: [], readers: ['device', 'sibling', 'registry'] },
];

const named = (topic: string) => topic.replace('{device}', device.id).replace('{registry}', registry.id);

/** The forms that the topic can be written in, with a subtopic too. */
function forms(topic: string): string[] {
  const full = named(topic);
  if (full.startsWith('$monitoring')) return [full];
  return [full, full.slice(1), `${full}/kitchen/lamp`];
}

describe.each(rows)('$topic', ({ topic, publishers, readers }) => {
  beforeAll(populate);

  test.each(everybody.filter((name) => !publishers.includes(name)))(
    'closes the connection of a %s that publishes to it, and nobody hears it',
    async (name) => {
      for (const written of forms(topic)) {
        const session = await client(name).connect();
        await expect(session.publish(written, 'forbidden')).rejects.toThrow('closed');
      }
      const line = `disconnected: publish to topic "${named(topic)}" not allowed`;
      await client(name).logLine(new RegExp(`^${line.replaceAll(/[$()]/g, '\\$&')}$`));
    },
  );

  test.each(everybody.filter((name) => !readers.includes(name)))(
    'refuses the subscription of a %s',
    async (name) => {
      const session = await client(name).connect();
      expect(await session.subscribe(forms(topic))).toEqual(forms(topic).map(() => 0x80));
      await client(name).logLine(/^some of subscriptions failed: not allowed to subscribe: \["/);
    },
  );

  if (publishers.length === 0) return;
  test('goes from everybody who may publish to everybody who may hear it, and to no one else', async () => {
    const listeners = new Map<Name, MqttSession>();
    for (const name of everybody) {
      const session = await client(name).connect();
      await session.subscribe(['$devices/#', '$registries/#']);
      listeners.set(name, session);
    }
    for (const name of publishers) {
      const session = await client(name).connect();
      for (const written of forms(topic)) {
        await session.publish(written, `from ${name}`);
        const full = written.startsWith('$') ? written : `$${written}`;
        for (const reader of readers) {
          const message = await listeners.get(reader)?.messages.next();
          expect(`${message?.topic} ${message?.payload}`).toBe(`${full} from ${name}`);
        }
      }
    }
    for (const name of everybody) {
      const listener = listeners.get(name) as MqttSession;
      await expectSilence(listener, (marker) => markerTo(name, marker));
    }
  });
});

/** A message that only this client hears. */
async function markerTo(name: Name, marker: string): Promise<void> {
  const isRegistry = name === 'registry' || name === 'strangeRegistry';
  const itsRegistry = name === 'stranger' || name === 'strangeRegistry' ? strangeRegistry : registry;
  const itsDevice = name === 'strangeRegistry' ? stranger : name === 'registry' ? device : client(name);
  const sender = await (isRegistry ? itsDevice : itsRegistry).connect();
  await sender.publish(`$devices/${itsDevice.id}/${isRegistry ? 'events' : 'commands'}/marker`, marker);
}

describe('topics that do not exist', () => {
  beforeAll(populate);

  test.each([
    '$devices/{device}',
    '$devices/{device}/other',
    '$devices//events',
    '$devices/nobody/events',
    '$SYS/broker',
    '$share/group/$devices/{device}/events',
    'events',
    '__proto__',
    '$devices/{device}/Events',
    '/$devices/{device}/events',
  ])('%s closes the connection of a client that publishes to it', async (topic) => {
    const session = await device.connect();
    await expect(session.publish(named(topic), 'x')).rejects.toThrow('closed');
  });

  test.each([
    '$devices/+',
    '$registries/+',
    '$devices/{device}',
    '$SYS/#',
    '$share/group/#',
    '$devices/nobody/#',
  ])('%s cannot be subscribed to, and the others of the packet stand', async (filter) => {
    const session = await registry.connect();
    expect(await session.subscribe([`$devices/${device.id}/events`, named(filter), '$registries/#'])).toEqual(
      [1, 0x80, 1],
    );
  });
});

describe('filters', () => {
  beforeEach(populate);

  test.each([
    [
      '$devices/+/events/bedroom/+',
      ['events/bedroom/temperature'],
      ['events/bedroom', 'events/kitchen/temperature'],
    ],
    ['$devices/{device}/events/#', ['events', 'events/a', 'events/a/b'], ['state']],
    ['$devices/{device}/+', ['events', 'state'], ['events/a']],
    ['$devices/+/#', ['events/a', 'state'], []],
  ])('%s delivers what it matches and nothing else', async (filter, matching, other) => {
    const listener = await registry.connect();
    await listener.subscribe(named(filter));
    const sender = await device.connect();
    for (const topic of [...other, ...matching])
      await sender.publish(`$devices/${device.id}/${topic}`, topic);
    for (const topic of matching) {
      expect((await listener.messages.next()).topic).toBe(`$devices/${device.id}/${topic}`);
    }
  });

  test('of overlapping filters one copy is delivered', async () => {
    const listener = await registry.connect();
    await listener.subscribe(['$devices/#', `$devices/${device.id}/events`, '$devices/+/events']);
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'once');
    expect(String((await listener.messages.next()).payload)).toBe('once');
    await expectSilence(listener, (marker) => sender.publish(`$devices/${device.id}/events`, marker));
  });

  test('a subscription that asks for QoS 2 is granted 1, and a message goes out at the lower QoS', async () => {
    const listener = await registry.connect();
    expect(await listener.subscribe(`$devices/${device.id}/events`, 2)).toEqual([1]);
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'zero', { qos: 0 });
    await sender.publish(`$devices/${device.id}/events`, 'one');
    const [zero, one] = await listener.messages.take(2);
    expect([zero?.qos, one?.qos]).toEqual([0, 1]);
  });
});

describe('a broker', () => {
  test('is a topic namespace of its own for all who log in as it', async () => {
    const [one, other] = await Promise.all([createBroker(installation()), createBroker(installation())]);
    const foreign = await other.connect();
    await foreign.subscribe('#');
    const listener = await one.connect();
    await listener.subscribe(['#', 'any/+']);
    const sender = await one.connect();
    for (const topic of ['any/topic', 'devices/x/events', '/', 'ключ']) {
      await sender.publish(topic, topic);
      expect((await listener.messages.next()).topic).toBe(topic);
    }
    const own = await other.connect();
    await expectSilence(foreign, (marker) => own.publish('marker', marker));
    await expectSilence(listener, (marker) => sender.publish('marker', marker));
  });

  test('has no topics that begin with $', async () => {
    const broker = await createBroker(installation());
    const session = await broker.connect();
    expect(await session.subscribe(['$SYS/#', '$devices/#', 'a'])).toEqual([0x80, 0x80, 1]);
    await expect(session.publish('$devices/x/events', 'x')).rejects.toThrow('closed');
  });
});
