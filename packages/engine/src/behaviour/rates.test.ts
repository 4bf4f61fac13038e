import { connectMqtt } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openRoute } from './testing/host.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

describe(`a rate on the ${name} engine`, () => {
  test('drops and counts a message beyond it at QoS 0, and says so', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const client = await connectMqtt({ port });
    let isBeyond = true;
    host.excessMs = () => (isBeyond ? 60_000 : 0);

    await client.publish('a', 'dropped', { qos: 0 });
    expect((await host.nth('dropped')).reason).toBe('rate limit');
    isBeyond = false;
    await client.publish('a', 'delivered', { qos: 0 });

    expect(String((await listener.messages.next()).payload)).toBe('delivered');
    expect(engine.stats().messagesDropped).toBe(1);
    expect(host.publications).toBe(1);
  });

  test('makes a message beyond it wait at QoS 1, unacknowledged, and those after it, in their order', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const client = await connectMqtt({ port });
    let asked = 0;
    const excesses = [20, 20, 0, 0];
    host.excessMs = () => excesses[asked++] ?? 0;

    await Promise.all([client.publish('a', 'first'), client.publish('a', 'second')]);

    const payloads = (await listener.messages.take(2)).map(({ payload }) => String(payload));
    expect(payloads).toEqual(['first', 'second']);
    expect(asked).toBe(4);
    expect(host.told('dropped')).toEqual([]);
  });

  test('asks for the rights anew when a message that waited is within the rate: they may be gone', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const client = await connectMqtt({ port, clientId: 'revoked' });
    await client.publish('a', 'allowed');
    expect(String((await listener.messages.next()).payload)).toBe('allowed');
    const excesses = [50, 0];
    let isBeyond = false;
    host.onRoute = (_principal, topic) => (isBeyond ? undefined : openRoute(topic, basis));
    const basis = { stale: false };
    await client.publish('b', 'on a route that is known');
    await listener.messages.next();
    host.excessMs = () => {
      isBeyond = true;
      basis.stale = true;
      return excesses.shift() ?? 0;
    };

    await client.publish('b', 'not allowed any more').catch(() => {});

    expect((await host.nth('disconnected')).reason).toBe('publish to topic "b" not allowed');
    delete host.excessMs;
    host.onRoute = (_principal, topic) => openRoute(topic);
    await listener.publish('c', 'the last one');
    expect(String((await listener.messages.next()).payload)).toBe('the last one');
  });

  test('lets a connection end while a message of it waits, and does not acknowledge that', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    const asked = Promise.withResolvers<void>();
    const excesses = [50, 0];
    host.excessMs = () => {
      asked.resolve();
      return excesses.shift() ?? 0;
    };
    const publishing = client.publish('a', 'x').catch((error: Error) => error.message);
    await asked.promise;
    client.drop();
    await host.nth('disconnected');
    expect(await publishing).toContain('closed');
  });
});
