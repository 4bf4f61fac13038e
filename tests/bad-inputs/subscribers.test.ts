/** Subscriptions and deliveries that were made to cost too much, or to get more than is due. */
import {
  connectPacket,
  connectRaw,
  eventually,
  expectSilence,
  packet,
  publishPacket,
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

/** aedes does not (docs/decisions/0011-engine-differences.md). */
const passesOverIdentifiers = test.skipIf(process.env['TEST_MQTT_ENGINE'] === 'aedes');
/** aedes bounds the number of filters alone. */
const boundsBytes = passesOverIdentifiers;

describe.each(transportsOfFull)('over %s', (transport) => {
  test('a message with the retain flag is delivered live without it, and nothing is stored', async () => {
    const live = await broker.connect({}, transport);
    await live.subscribe('flagged');
    await live.publish('flagged', 'x', { retain: true });
    expect(await live.messages.next()).toMatchObject({ topic: 'flagged', retain: false });
    const later = await broker.connect({}, transport);
    await later.subscribe('flagged');
    await expectSilence(later, (payload) => later.publish('flagged', payload));
  });

  test('the same filter again replaces its QoS, and one copy is delivered', async () => {
    const client = await broker.connectRaw(transport);
    for (const qos of ['01', '00', '01', '00']) {
      client.send(packet('82', `0001${text('again')}${qos}`));
      await client.expectBytes(`90030001${qos}`);
    }
    client.send(publishPacket('again', 'x', 7));
    const [message, acknowledgement] = [publishPacket('again', 'x'), '40020007'];
    const heard = (await client.read(14)).toString('hex');
    expect(heard).toBeOneOf([message + acknowledgement, acknowledgement + message]);
    client.send('c000');
    await client.expectBytes('d000');
  });

  test('# and filters that begin with + match nothing that begins with $', async () => {
    const listener = await registry.connect({}, transport);
    await listener.subscribe(['#', '+/#', '+/+/events', `+/${device.id}/events`, '$registries/+/events']);
    const sender = await device.connect({}, transport);
    await sender.publish(`$devices/${device.id}/events`, 'not for them');
    await expectSilence(listener, (payload) => sender.publish(`$registries/${registry.id}/events`, payload));
  });

  test('filters of a hundred levels with + in every other place cost little, whatever deep topic they are held against', async () => {
    const client = await broker.connectRaw(transport);
    const filters = Array.from({ length: 500 }, (_, seed) => `${scattered(99, seed).join('/')}/end`);
    client.send(subscribePacket(...filters));
    // 32,768 levels of them in all; the second engine bounds their number alone.
    const granted = process.env['TEST_MQTT_ENGINE'] === 'aedes' ? 500 : 327;
    await client.expectBytes(packet('90', `0001${'01'.repeat(granted)}${'80'.repeat(500 - granted)}`));
    const deep = Array(99).fill('a').join('/');
    for (let n = 0; n < 50; n += 1) client.send(publishPacket(`${deep}/other`, 'x'));
    const matching = publishPacket(`${deep}/end`, 'x');
    client.send(matching);
    await client.expectBytes(matching);
    client.send('c000');
    await client.expectBytes('d000');
  });

  boundsBytes('ten thousand filters of 128 levels are granted as far as 32 MiB go', async () => {
    const client = await broker.connectRaw(transport);
    const deep = (n: number) => `${String(n).padStart(5, '0')}/${'a/'.repeat(126)}#`;
    // As docs/limits.md counts them.
    const granted = Math.floor((32 * 2 ** 20) / (300 + deep(0).length + 256 * 128));
    const inOnePacket = 1_000;
    const codes: number[] = [];
    for (let n = 0; n < 10_000; n += inOnePacket) {
      client.send(subscribePacket(...Array.from({ length: inOnePacket }, (_, i) => deep(n + i))));
      codes.push(...(await client.read(1 + 2 + 2 + inOnePacket)).subarray(-inOnePacket));
    }
    expect(codes).toEqual(Array.from({ length: 10_000 }, (_, n) => (n < granted ? 1 : 0x80)));
    await installation().bystanders.isServed();
  });

  test('five thousand filters in one packet are granted in their order, and others are served meanwhile', async () => {
    const client = await registry.connectRaw(transport);
    const filters = Array.from({ length: 5_000 }, (_, n) => `$devices/+/events/${n}`);
    client.send(`${subscribePacket(...filters)}c000`);
    for (let n = 0; n < 5; n += 1) await installation().bystanders.isServed();
    await client.expectBytes(packet('90', `0001${'01'.repeat(filters.length)}`));
    await client.expectBytes('d000');
    const sender = await device.connect({}, transport);
    await sender.publish(`$devices/${device.id}/events/4999`, 'x', { qos: 0 });
    const heard = publishPacket(`$devices/${device.id}/events/4999`, 'x');
    await client.expectBytes(heard);
  });

  test('400 SUBSCRIBEs for one filter by a client that does not read hold up nobody, and are answered in the end', async () => {
    const sender = await device.connect({}, transport);
    for (let n = 0; n < 20; n += 1)
      await sender.publish(`$devices/${device.id}/state/${n}`, Buffer.alloc(100_000, n));
    const client = await registry.connectRaw(transport);
    client.socket.pause();
    client.send(subscribePacket('$devices/+/state/#').repeat(400));
    for (let n = 0; n < 5; n += 1) await installation().bystanders.isServed();
    const newcomer = await registry.connect({}, transport);
    await newcomer.subscribe(`$devices/${device.id}/state/7`);
    expect(await newcomer.messages.next()).toMatchObject({ retain: true });
    client.socket.resume();
    await client.expectBytes('9003000101');
    client.close();
    for (let n = 0; n < 20; n += 1) await sender.publish(`$devices/${device.id}/state/${n}`, '');
  });

  passesOverIdentifiers(
    'an identifier that was never acknowledged is not used again, however many messages follow',
    async () => {
      const subscriber = await broker.connectRaw(transport, 'subscriber');
      subscriber.send(subscribePacket('many'));
      await subscriber.expectBytes('9003000101');
      const publisher = await broker.connectRaw(transport, 'publisher');
      const burstSize = 1000;
      const burst = Buffer.from(
        Array.from({ length: burstSize }, (_, n) => publishPacket('many', '', n + 1)).join(''),
        'hex',
      );
      const seen = new Set<number>();
      let kept: number | undefined;
      for (let bursts = 0; bursts < 67; bursts += 1) {
        publisher.send(burst);
        await publisher.read(burstSize * 4);
        const ids = identifiers(await subscriber.read(burst.length), burst.length / burstSize);
        if (kept !== undefined) expect(ids).not.toContain(kept);
        kept ??= ids[0];
        for (const id of ids) seen.add(id);
        subscriber.send(ids.map((id) => (id === kept ? '' : `4002${hexOf(id)}`)).join(''));
      }
      // All the others have come round; 0 is none.
      expect([seen.size, seen.has(0)]).toEqual([65_535, false]);
    },
  );

  test('a client that publishes and never reads what comes of it is closed, and costs nobody else anything', async () => {
    const tenant = await createBroker(installation());
    const deaf = await connectRaw(reach(installation(), transport));
    deaf.send(connectPacket(tenant.id, tenant.password, 'deaf') + packet('82', `0001${text('loud')}00`));
    await deaf.expectBytes('200200009003000100');
    deaf.socket.pause();
    // Messages that it does not read either fill what the kernels take for it.
    const loud = await tenant.connect();
    const before = await droppedMessages();
    while ((await droppedMessages()) === before) {
      for (let n = 0; n < 50; n += 1) await loud.publish('loud', Buffer.alloc(64 * 1024), { qos: 0 });
      await loud.publish('nobody/hears', 'so that all is there');
    }
    const unread = Buffer.from(publishPacket('nobody/hears', '', 1).repeat(20_000), 'hex');
    await eventually('it to be closed', async () => {
      deaf.send(unread);
      return (await tenant.log()).includes('disconnected: too slow: acknowledgements not read');
    });
  });
});

/** So many levels, each of them `+` or `a` as the seed has it. */
function scattered(count: number, seed: number): string[] {
  let bits = seed + 1;
  return Array.from({ length: count }, () => {
    bits = (Math.imul(bits, 1_103_515_245) + 12_345) >>> 0;
    return bits & 0x10000 ? '+' : 'a';
  });
}

/** Those of QoS 1 messages of one size without a payload, at whose end they stand. */
function identifiers(messages: Buffer, size: number): number[] {
  return Array.from({ length: messages.length / size }, (_, n) => messages.readUInt16BE((n + 1) * size - 2));
}

const hexOf = (identifier: number) => identifier.toString(16).padStart(4, '0');

/** To subscribers that do not read. */
async function droppedMessages(): Promise<number> {
  const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
  return Number(/messages_dropped_total\{reason="slow subscriber"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}
