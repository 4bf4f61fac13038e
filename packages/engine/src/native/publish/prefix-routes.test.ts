/** What topics that begin alike share, and what they do not. */
import { connectMqtt } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoute } from '../../behaviour/testing/host.ts';
import { startServer } from '../../behaviour/testing/server.ts';
import { createNativeEngine } from '../index.ts';

describe('topics that begin alike', () => {
  test('are asked for no more once the second has come, and are all delivered under their own names', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const [publisher, subscriber] = [await connectMqtt({ port }), await connectMqtt({ port })];
    await subscriber.subscribe('a/#');
    const topics = Array.from({ length: 100 }, (_, i) => `a/${i}/of many`);
    for (const topic of topics) await publisher.publish(topic, `for ${topic}`);

    for (const topic of topics) {
      const message = await subscriber.messages.next();
      expect([message.topic, String(message.payload)]).toEqual([topic, `for ${topic}`]);
    }
    expect(host.routesAsked).toEqual(topics.slice(0, 2));
  });

  test('of one prefix that are looked at one by one do not push out another prefix', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const publisher = await connectMqtt({ port });
    for (const topic of ['a/1', 'b/1', 'a/2', 'b/2', 'a/я', 'a/ю', 'b/3', 'a/3'])
      await publisher.publish(topic, 'x');
    expect(host.routesAsked).toEqual(['a/1', 'b/1', 'a/2', 'a/я', 'a/ю']);
  });

  test('go out under each name that the route gives them', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    host.onRoute = (_principal, topic) => ({
      ...openRoute(topic),
      destinations: [topic, `alias/longer ${topic}`, topic.slice(2)].map((name) => ({
        namespace: 'all',
        topic: name,
      })),
      prefix: { length: 4, maxRestBytes: 100 },
    });
    const [publisher, subscriber] = [await connectMqtt({ port }), await connectMqtt({ port })];
    await subscriber.subscribe('#');
    for (const topic of ['a/b/c', 'a/b/d', 'a/b/e/f', 'a/b/']) {
      await publisher.publish(topic, 'x');
      for (const name of [topic, `alias/longer ${topic}`, topic.slice(2)]) {
        expect((await subscriber.messages.next()).topic).toBe(name);
      }
    }
  });

  test('are asked for again when the route is stale, and refused then if it is gone', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const basis = { stale: false };
    host.onRoute = (_principal, topic) => (basis.stale ? undefined : { ...openRoute(topic), basis });
    const publisher = await connectMqtt({ port });
    for (const topic of ['a/1', 'a/2', 'a/3']) await publisher.publish(topic, 'x');
    basis.stale = true;
    await publisher.publish('a/4', 'x', { qos: 0 });

    const { reason } = await host.nth('disconnected');
    expect(reason).toBe('publish to topic "a/4" not allowed');
    expect(host.routesAsked).toEqual(['a/1', 'a/2', 'a/4']);
  });

  test.each([
    ['with characters beyond ASCII', 'a/я'],
    ['longer than the route says', `a/${'x'.repeat(1_001)}`],
    ['of another prefix', 'b/1'],
    ['that is the prefix without its slash', 'a'],
  ])('are looked at one by one: one %s', async (_title, topic) => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const [publisher, subscriber] = [await connectMqtt({ port }), await connectMqtt({ port })];
    await subscriber.subscribe('#');
    for (const each of ['a/1', 'a/2', 'a/3', topic]) await publisher.publish(each, 'x');
    const heard = await Promise.all(Array.from({ length: 4 }, () => subscriber.messages.next()));
    expect(heard.map((message) => message.topic)).toEqual(['a/1', 'a/2', 'a/3', topic]);
    expect(host.routesAsked).toEqual(['a/1', 'a/2', topic]);
  });

  test.each([
    ['a wildcard', 'a/+', 'wildcard'],
    ['too many levels', `a/${'x/'.repeat(99)}`, 'levels'],
    ['a control character', 'a/\u0007', 'control character'],
  ])('are refused as ever with %s at the end', async (_title, topic, words) => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const publisher = await connectMqtt({ port });
    for (const each of ['a/1', 'a/2', 'a/3']) await publisher.publish(each, 'x');
    void publisher.publish(topic, 'x').catch(() => undefined);
    expect((await host.nth('disconnected')).reason).toContain(words);
  });

  test('are received by a client that subscribes to one of them later, and by nobody once all have left', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const [publisher, one, all] = [
      await connectMqtt({ port }),
      await connectMqtt({ port }),
      await connectMqtt({ port }),
    ];
    await all.subscribe('#');
    for (const topic of ['a/1', 'a/2']) await publisher.publish(topic, 'x');
    await one.subscribe('a/3');
    for (const topic of ['a/3', 'a/4']) await publisher.publish(topic, 'x');
    await all.unsubscribe('#');
    await one.unsubscribe('a/3');
    await publisher.publish('a/3', 'unheard');
    await one.subscribe('last');
    await publisher.publish('last', 'x');

    expect((await one.messages.next()).topic).toBe('a/3');
    expect((await one.messages.next()).topic).toBe('last');
    const heard = await Promise.all(Array.from({ length: 4 }, () => all.messages.next()));
    expect(heard.map(({ topic }) => topic)).toEqual(['a/1', 'a/2', 'a/3', 'a/4']);
    expect(host.told('disconnected')).toEqual([]);
  });
});
