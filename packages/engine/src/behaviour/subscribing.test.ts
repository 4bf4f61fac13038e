import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RetainedMessage, SubscriptionGrant } from '../port.ts';
import { reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openGrant, openRoute } from './testing/host.ts';
import { connack, connect, pingreq, pingresp, publish, suback, subscribe } from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

const refused = 0x80;

async function* messages(...stored: readonly RetainedMessage[]): AsyncGenerator<RetainedMessage> {
  yield* stored;
}
const stored = (topic: string, payload: string, qos: 0 | 1 = 1): RetainedMessage => ({
  topic,
  payload: Buffer.from(payload),
  qos,
});

describe(`subscribing on the ${name} engine`, () => {
  test('is refused with 0x80 for each filter that is not allowed, and the others of the packet stand', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    host.onRoute = (_principal, topic) => openRoute(topic);

    const codes = await client.subscribe(['forbidden/a', 'allowed/#', 'forbidden/#'], 1);

    expect(codes).toEqual([refused, 1, refused]);
    expect(host.told('subscriptionsRefused')).toEqual([
      { kind: 'subscriptionsRefused', filters: ['forbidden/a', 'forbidden/#'] },
    ]);
    await client.publish('forbidden/a', 'not for anybody');
    await client.publish('allowed/a', 'for everybody');
    expect((await client.messages.next()).topic).toBe('allowed/a');
  });

  test('is refused with 0x80 for a filter that the host fails to answer for', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onGrant = (_principal, filter) =>
      filter === 'b' ? Promise.reject(new Error('the database is away')) : openGrant(filter);
    const client = await connectMqtt({ port });

    expect(await client.subscribe(['a', 'b', 'c'], 0)).toEqual([0, refused, 0]);
    expect(host.told('subscriptionsRefused')[0]?.filters).toEqual(['b']);
  });

  test('is refused with 0x80 beyond the limit, where a filter that is subscribed may still be renewed', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxSubscriptionsPerSession: 3 });
    const client = await connectMqtt({ port });

    expect(await client.subscribe(['a', 'b', 'c', 'd', 'e'], 0)).toEqual([0, 0, 0, refused, refused]);
    expect(host.grantsAsked).toEqual(['a', 'b', 'c']);
    expect(await client.subscribe(['c', 'd'], 1)).toEqual([1, refused]);
    await client.unsubscribe('a');
    expect(await client.subscribe(['d', 'e'], 1)).toEqual([1, refused]);
  });

  test('does not count filters that were refused towards the limit', async () => {
    const { port } = await startServer(create, onTestFinished, { maxSubscriptionsPerSession: 2 });
    const client = await connectMqtt({ port });

    for (let i = 0; i < 5; i++) expect(await client.subscribe(`forbidden/${i}`)).toEqual([refused]);

    expect(await client.subscribe(['a', 'b'], 1)).toEqual([1, 1]);
  });

  test('ends when the same filter is asked for again and is not allowed any more', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe(['a', 'marker']);
    host.onGrant = () => undefined;

    expect(await client.subscribe('a')).toEqual([refused]);

    await client.publish('a', 'no longer for this client');
    await client.publish('marker', 'x');
    expect((await client.messages.next()).topic).toBe('marker');
  });

  test('can be granted again after it was refused', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe('a');
    host.onGrant = () => undefined;
    await client.subscribe('a');
    host.onGrant = (_principal, filter) => openGrant(filter);

    expect(await client.subscribe('a')).toEqual([1]);

    await client.publish('a', 'x');
    expect((await client.messages.next()).topic).toBe('a');
  });

  test('answers a filter that is named twice twice, and the last counts [MQTT-3.8.4-4][MQTT-3.8.4-5]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(1, ['a', 0], ['b', 1], ['a', 1], ['forbidden', 0])]));
    await client.expectBytes(Buffer.concat([connack(0), suback(1, 0, 1, 1, refused)]));
    const publisher = await connectMqtt({ port });

    await publisher.publish('a', 'x');

    const [first] = await client.read(1);
    expect((first ?? 0) >> 1).toBe(0x32 >> 1);
  });

  test('answers each filter in its place, whichever the host answers first [MQTT-3.9.3-1]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const first = Promise.withResolvers<SubscriptionGrant>();
    host.onGrant = (_principal, filter) => {
      if (filter === 'a') return first.promise;
      first.resolve(openGrant('a'));
      return undefined;
    };
    const client = await connectMqtt({ port });

    expect(await client.subscribe(['a', 'b'], 1)).toEqual([1, refused]);
  });

  test('takes effect before the next packet of the client is served, however long the host takes', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<SubscriptionGrant>();
    host.onGrant = () => {
      asked.resolve();
      return answer.promise;
    };
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(1, ['a', 0]), publish('a', 'x'), pingreq]));
    await client.expectBytes(connack(0));
    await asked.promise;
    expect(host.routesAsked).toEqual([]);

    answer.resolve(openGrant('a'));

    await client.expectBytes(suback(1, 0));
    // The message and the answer to the ping, in whichever order.
    const rest = await client.read(publish('a', 'x').length + pingresp.length);
    expect([
      Buffer.concat([publish('a', 'x'), pingresp]).toString('hex'),
      Buffer.concat([pingresp, publish('a', 'x')]).toString('hex'),
    ]).toContain(rest.toString('hex'));
  });

  test('delivers at the lower of the two QoS [MQTT-3.8.4-6]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const at0 = await connectMqtt({ port });
    await at0.subscribe('a', 0);
    const at1 = await connectMqtt({ port });
    await at1.subscribe('a', 2);

    await at0.publish('a', 'x', { qos: 0 });
    await at0.publish('a', 'y', { qos: 1 });

    expect((await at0.messages.take(2)).map(({ qos }) => qos)).toEqual([0, 0]);
    expect((await at1.messages.take(2)).map(({ qos }) => qos)).toEqual([0, 1]);
  });

  test.each([
    ['a wildcard at QoS 1 over the topic itself at QoS 0', ['a/b', 0], ['a/#', 1]],
    ['the topic itself at QoS 1 under a wildcard at QoS 0', ['a/#', 0], ['a/b', 1]],
    ['two wildcards', ['a/+', 1], ['#', 0]],
  ] as const)(
    'delivers one copy at the highest QoS through overlapping filters: %s [MQTT-3.3.5-1]',
    async (_title, [filter1, qos1], [filter2, qos2]) => {
      const { port } = await startServer(create, onTestFinished);
      const client = await connectMqtt({ port });
      await client.subscribe(filter1, qos1);
      await client.subscribe(filter2, qos2);
      await client.subscribe('marker');

      await client.publish('a/b', 'x');
      await client.publish('marker', 'x');

      const topics = await client.messages.take(2);
      expect(topics).toMatchObject([{ topic: 'a/b', qos: 1 }, { topic: 'marker' }]);
    },
  );

  test('again to the same filter replaces the QoS, and still delivers one copy [MQTT-3.8.4-3]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe('a', 0);
    await client.subscribe('a', 1);
    await client.publish('a', '1');
    await client.subscribe('a', 0);
    await client.publish('a', '2');

    expect((await client.messages.take(2)).map(({ qos }) => qos)).toEqual([1, 0]);
    await client.publish('a', '3');
    expect((await client.messages.next()).payload.toString()).toBe('3');
  });

  test('again to the same filter follows the grant of the moment', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    let namespace = 'before';
    host.onGrant = (_principal, filter) => ({ filters: [{ namespace, filter }] });
    const client = await connectMqtt({ port });
    await client.subscribe('a');
    namespace = 'all';

    await client.subscribe('a');

    await client.publish('a', 'x');
    expect((await client.messages.next()).topic).toBe('a');
  });

  test('delivers a copy for each form of name, each at the QoS of its filters [MQTT-3.3.2-3]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onGrant = (_principal, filter) => ({
      filters: [{ namespace: filter.startsWith('short') ? 'short' : 'full', filter }],
    });
    host.onRoute = () => ({
      destinations: [
        { namespace: 'full', topic: 'full/a' },
        { namespace: 'short', topic: 'short/a' },
      ],
      basis: { stale: false },
      retainAs: undefined,
    });
    const client = await connectMqtt({ port });
    await client.subscribe('full/a', 0);
    await client.subscribe('full/#', 1);
    await client.subscribe('short/+', 0);

    await client.publish('a', 'x');

    const heard = (await client.messages.take(2)).map(({ topic, qos }) => `${topic} at ${qos}`);
    expect(heard.sort()).toEqual(['full/a at 1', 'short/a at 0']);
  });

  test('is over with UNSUBSCRIBE, for that filter alone [MQTT-3.10.4-1][MQTT-3.10.4-2]', async () => {
    const { port, engine } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe(['a/+', 'a/b', 'marker'], 1);
    await client.unsubscribe(['a/b', 'never subscribed']);

    await client.publish('a/b', 'through the wildcard');
    expect((await client.messages.next()).topic).toBe('a/b');

    await client.unsubscribe('a/+');
    await client.publish('a/b', 'for nobody');
    await client.publish('marker', 'x');
    expect((await client.messages.next()).topic).toBe('marker');
    expect(engine.stats().subscriptions).toBe(1);
  });

  test('with a wildcard first does not match topics that begin with $ [MQTT-4.7.2-1]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe(['#', '+/a']);
    const other = await connectMqtt({ port });
    await other.subscribe('$x/#');

    await client.publish('$x/a', 'for whom it names');
    await client.publish('marker', 'x');

    expect((await other.messages.next()).topic).toBe('$x/a');
    expect((await client.messages.next()).topic).toBe('marker');
  });

  test('tells the host of each packet that was granted something', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });

    await client.subscribe(['a', 'forbidden']);
    await client.subscribe('forbidden');

    expect(host.subscribes).toBe(1);
  });
});

describe(`retained messages on the ${name} engine`, () => {
  test('are not asked for with a filter that was refused', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked: string[] = [];
    host.onRetained = (_principal, filter) => {
      asked.push(filter);
      return undefined;
    };
    const client = await connectMqtt({ port });

    await client.subscribe(['forbidden/a', 'a']);

    await client.publish('a', 'x');
    await client.messages.next();
    expect(asked).toEqual(['a']);
  });

  test('that cannot be read close the connection, so that the client asks again', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRetained = async function* () {
      yield stored('a/1', 'the first of many');
      throw new Error('the database went away');
    };
    const client = await connectMqtt({ port });

    await client.subscribe('a/#').catch(() => {});

    await client.expectClosed();
    expect((await host.nth('disconnected')).reason).toBe(reasons.retainedUnread.text);
  });

  test('come at once on subscribing, with the retain flag, at the lower QoS, after SUBACK [MQTT-3.3.1-6][MQTT-3.3.1-8]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRetained = () => messages(stored('a/1', 'at 1', 1), stored('a/2', 'at 0', 0));
    const at1 = await connectMqtt({ port });
    const at0 = await connectMqtt({ port });
    const raw = await connectRaw({ port });

    await at1.subscribe('a/#', 1);
    await at0.subscribe('a/#', 0);
    raw.send(Buffer.concat([connect(), subscribe(1, ['a/#', 0])]));

    const retain = true;
    expect(await at1.messages.take(2)).toMatchObject([
      { topic: 'a/1', qos: 1, retain, payload: Buffer.from('at 1') },
      { topic: 'a/2', qos: 0, retain },
    ]);
    expect(await at0.messages.take(2)).toMatchObject([
      { topic: 'a/1', qos: 0, retain },
      { topic: 'a/2', qos: 0, retain },
    ]);
    await raw.expectBytes(Buffer.concat([connack(0), suback(1, 0)]));
    await at1.publish('a/3', 'live');
    expect(await at1.messages.next()).toMatchObject({ topic: 'a/3', retain: false });
  });

  test('come again when the filter is subscribed again [MQTT-3.8.4-3]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRetained = () => messages(stored('a', 'x'));
    const client = await connectMqtt({ port });

    await client.subscribe('a');
    await client.messages.next();
    await client.subscribe('a');

    expect(await client.messages.next()).toMatchObject({ topic: 'a', retain: true });
  });

  test('are left out when a newer one of their topic has been heard meanwhile', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    host.onRetained = async function* () {
      asked.resolve();
      await read.promise;
      yield stored('a/1', 'older');
      yield stored('a/2', 'the latest of its topic');
    };
    const client = await connectMqtt({ port });
    await client.subscribe('a/#');
    await asked.promise;

    await client.publish('a/1', 'newer');
    expect((await client.messages.next()).payload.toString()).toBe('newer');
    read.resolve();

    expect((await client.messages.next()).topic).toBe('a/2');
  });

  test('come all, however many, no faster than the client takes them, and nobody else waits for them', async () => {
    const count = 3000;
    const { port, host } = await startServer(create, onTestFinished, { maxInflightMessages: 10 });
    let read = 0;
    const many = async function* () {
      for (; read < count; read++) yield stored(`a/${read}`, 'x');
    };
    host.onRetained = (_principal, filter) => (filter === 'a/#' ? many() : undefined);
    const slow = await connectRaw({ port });
    slow.send(Buffer.concat([connect(), subscribe(1, ['a/#', 1])]));
    await slow.expectBytes(Buffer.concat([connack(0), suback(1, 1)]));
    const other = await connectMqtt({ port });
    await other.subscribe('b');

    await other.publish('b', 'not held up');

    expect((await other.messages.next()).topic).toBe('b');
    // It has acknowledged nothing: a window and what the engine reads ahead, and no more.
    expect(read).toBeLessThan(200);
    slow.close();

    read = 0;
    const client = await connectMqtt({ port });
    await client.subscribe('a/#');
    const topics = (await client.messages.take(count)).map(({ topic }) => topic);
    expect(new Set(topics).size).toBe(count);
  });
});
