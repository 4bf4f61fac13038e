/** What clients may try that have logged in, or nearly: more than one packet is needed to show it. */
import {
  connectPacket,
  connectRaw,
  expectSilence,
  packet,
  publishPacket,
  type RawClient,
  sharedInstallation,
  subscribePacket,
  text,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createBroker,
  createDevice,
  createRegistry,
  reach,
  type TestClient,
  type TransportName,
  transportsOfFull,
} from '../mqtt/support/test-client.ts';

const installation = sharedInstallation();
let broker: TestClient;
let registry: TestClient;
let device: TestClient;

beforeAll(async () => {
  broker = await createBroker(installation());
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
});

const accepted = '20020000';

const open = (transport: TransportName) => connectRaw(reach(installation(), transport));
const logIn = (transport: TransportName, clientId: string) => broker.connectRaw(transport, clientId);

describe.each(transportsOfFull)('over %s', (transport) => {
  test('nothing after a refused CONNECT in the same piece is processed', async () => {
    const listener = await broker.connect();
    await listener.subscribe('#');
    const client = await open(transport);
    client.send(
      connectPacket(broker.id, 'Wrong-Password-1234', 'refused') +
        publishPacket('stolen', 'x', 1) +
        subscribePacket('#'),
    );
    await client.expectBytes('20020004');
    await client.expectClose();
    await expectSilence(listener, (payload) => listener.publish('own', payload));
  });

  test('a second CONNECT ends the session, and its will fires once, at QoS 1 though it asked for 2, unretained', async () => {
    const listener = await broker.connect();
    await listener.subscribe('#');
    const client = await open(transport);
    // Will flag, QoS 2, retain.
    const withWill = packet(
      '10',
      `${text('MQTT')}04f6003c${text('twice')}${text('will')}${text('gone')}${text(broker.id)}${text(broker.password)}`,
    );
    client.send(withWill);
    await client.expectBytes(accepted);
    client.send(withWill);
    await client.expectClose();
    expect(await listener.messages.next()).toMatchObject({ topic: 'will', qos: 1, retain: false });
    await expectSilence(listener, (payload) => listener.publish('own', payload));
    const later = await broker.connect();
    await later.subscribe('#');
    await expectSilence(later, (payload) => later.publish('own', payload));
  });

  test('a takeover in the middle of delivery ends the old connection, and nothing of it comes on the new one', async () => {
    const old = await logIn(transport, 'same');
    old.send(subscribePacket('stream'));
    await old.expectBytes('9003000101');
    const publisher = await broker.connect();
    for (let index = 0; index < 100; index += 1) await publisher.publish('stream', `message ${index}`);
    const taking = await open(transport);
    // Clean session 0: what is not kept is not present.
    taking.send(
      packet('10', `${text('MQTT')}04c0003c${text('same')}${text(broker.id)}${text(broker.password)}`),
    );
    await taking.expectBytes(accepted);
    await publisher.publish('stream', 'after');
    taking.send(`${subscribePacket('other')}c000`);
    await taking.expectBytes('9003000101d000');
    expect((await old.read(1_000_000)).toString()).not.toContain('after');
    await old.expectClose();
  });

  test('clients without an ID get one of their own each, if they ask for a clean session', async () => {
    const clients = [await logIn(transport, ''), await logIn(transport, '')];
    for (const client of clients) client.send('c000');
    for (const client of clients) await client.expectBytes('d000');
  });

  test('ten thousand PINGREQs in one piece are each answered', async () => {
    const client = await logIn(transport, 'pings');
    client.send('c000'.repeat(10_000));
    await client.expectBytes('d000'.repeat(10_000));
  });

  test('names of members of Object.prototype are topics, filters and client IDs like others', async () => {
    const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length'];
    expect(names).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'toString']));
    for (const name of names) {
      const client = await logIn(transport, name);
      client.send(subscribePacket(name, `${name}/+`) + publishPacket(name, name));
      await client.expectBytes(`900400010101${publishPacket(name, name)}`);
      client.close();
    }
  });

  test('a flood of messages that nobody hears holds up nobody else', async () => {
    const client = await logIn(transport, 'flood');
    const burst = Buffer.from(publishPacket('flood', 'x'.repeat(1000)).repeat(2000), 'hex');
    for (let index = 0; index < 10; index += 1) {
      client.send(burst);
      await installation().bystanders.isServed();
    }
    client.send('c000');
    await client.expectBytes('d000');
  });
});

describe.each(transportsOfFull)('topics over %s', (transport) => {
  test('that look alike are different ones, and characters of other systems mean nothing', async () => {
    const topics = ['é', 'e\u0301', 'É', 'a', '/a', 'a/', 'a//b', 'a/b', 'A', '\ufeffa', 'K', '\u212a'];
    topics.push(
      'a.b',
      '*',
      '>',
      'a >',
      ' ',
      '_INBOX/x',
      '_INBOX.x',
      'share/g/t',
      '😀',
      '%2f',
      '..',
      'ﬁ',
      'fi',
    );
    const session = await broker.connect({}, transport);
    for (const topic of topics) {
      expect(await session.subscribe(topic)).toEqual([1]);
      for (const other of topics) await session.publish(other, other, { qos: 0 });
      expect(await session.messages.next()).toMatchObject({ topic, payload: Buffer.from(topic) });
      await expectSilence(session, (payload) => session.publish(topic, payload, { qos: 0 }));
      await session.unsubscribe(topic);
    }
  });

  test('of shared subscriptions are refused with 0x80, to a broker, a device and a registry', async () => {
    for (const client of [broker, registry, device]) {
      const session = await client.connect({}, transport);
      expect(await session.subscribe(['$share/g/t', '$share/g/#', '$queue/t'])).toEqual([128, 128, 128]);
    }
  });

  test.each(['$SYS/broker/uptime', '$JS/API', '$share/g/t', '$monitoring/x/json', '$devices/x/events', '$'])(
    'of the server or of others, like %s, end the connection of a client that publishes to them',
    async (topic) => {
      for (const client of [broker, device]) {
        const session = await client.connect({}, transport);
        await expect(session.publish(topic, 'x')).rejects.toThrow('closed');
      }
    },
  );
});

test('a thousand clients with overlapping wildcards get one copy each, at the highest QoS', async () => {
  const clients: RawClient[] = [];
  const subscribe = packet('82', `0001${text('#')}00${text('a/+')}01${text('a/b')}00`);
  for (let index = 0; index < 1000; index += 1) {
    const client = await open(index % 10 === 0 ? 'TLS' : 'TCP');
    client.send(connectPacket(broker.id, broker.password, `wide-${index}`) + subscribe);
    clients.push(client);
  }
  for (const client of clients) await client.expectBytes(`${accepted}90050001000100`);
  const publisher = await logIn('TLS', 'publisher');
  publisher.send(publishPacket('a/b', 'x', 9));
  await publisher.expectBytes('40020009');
  for (const client of clients) client.send('c000');
  for (const client of clients) {
    const heard = (await client.read(12)).toString('hex');
    // Between the topic and the payload stands an identifier that the server chose.
    expect([heard.slice(0, 14), heard.slice(18)]).toEqual(['32080003612f62', '78d000']);
  }
});
