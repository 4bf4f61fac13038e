import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MessageRefusedError } from '../port.ts';
import { reasonOf, reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openRoute } from './testing/host.ts';
import { connack, connect, disconnect, pingreq, pingresp, puback, publish } from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

describe(`publishing on the ${name} engine`, () => {
  test.each([0, 1] as const)(
    'where the host does not allow it closes the connection, at QoS %i, and nobody hears it [MQTT-3.3.5-2]',
    async (qos) => {
      const { port, host } = await startServer(create, onTestFinished);
      const witness = await connectMqtt({ port });
      host.onGrant = (_principal, filter) => ({ filters: [{ namespace: 'all', filter }] });
      await witness.subscribe('#');
      const client = await connectRaw({ port });
      client.send(Buffer.concat([connect(), publish('forbidden/"x"', 'message', qos), pingreq]));

      await client.expectBytes(connack(0));
      await client.expectClose();

      expect((await host.nth('disconnected')).reason).toBe('publish to topic "forbidden/"x"" not allowed');
      await witness.publish('marker', 'x');
      expect((await witness.messages.next()).topic).toBe('marker');
      expect(host.kept.size).toBe(0);
    },
  );

  test('closes the connection, unacknowledged, when the host cannot say where the message goes [MQTT-4.8.0-2]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRoute = () => Promise.reject(new Error('the database is away'));
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('a', 'message', 1)]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe(reasons.internal.text);
  });

  test.each([0, 1] as const)(
    'closes the connection when the host refuses to retain a message, at QoS %i, and nobody hears it',
    async (qos) => {
      const { port, host } = await startServer(create, onTestFinished);
      const reason = reasonOf('there is no more room');
      host.onRetain = () => Promise.reject(new MessageRefusedError(reason));
      const witness = await connectMqtt({ port });
      await witness.subscribe('#');
      const client = await connectRaw({ port });
      client.send(Buffer.concat([connect(), publish('permanent/a', 'message', qos)]));

      await client.expectBytes(connack(0));
      await client.expectClose();

      expect((await host.nth('disconnected')).reason).toBe(reason.text);
      await witness.publish('marker', 'x');
      expect((await witness.messages.next()).topic).toBe('marker');
    },
  );

  test('closes the connection, unacknowledged, when a retained message cannot be stored', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRetain = () => Promise.reject(new Error('the disk is full'));
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('permanent/a', 'message', 1)]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe(reasons.notStored.text);
  });

  test('stays open when a retained message at QoS 0 cannot be stored', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onRetain = () => Promise.reject(new Error('the disk is full'));
    const client = await connectMqtt({ port });

    await client.publish('permanent/a', 'message', { qos: 0 });
    await client.publish('a', 'message');

    expect(host.told('disconnected')).toEqual([]);
  });

  test('closes the connection for a QoS 2 message, which is not delivered', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });
    const atQos2 = publish('a', 'message', 1);
    atQos2[0] = 0x34;

    client.send(Buffer.concat([connect(), atQos2]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('QoS 2 is not supported');
    expect(host.routesAsked).toEqual([]);
  });

  test('takes a payload up to the limit, and closes without PUBACK one byte beyond', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxPayloadBytes: 5000 });
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const client = await connectRaw({ port });
    client.send(connect());
    await client.expectBytes(connack(0));

    for (const bytes of [4999, 5000]) {
      client.send(publish('a', Buffer.alloc(bytes, 'x'), bytes));
      await client.expectBytes(puback(bytes));
      expect((await listener.messages.next()).payload).toHaveLength(bytes);
    }
    client.send(publish('a', Buffer.alloc(5001, 'x'), 5001));

    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('payload is larger than allowed');
    await listener.publish('marker', 'x');
    expect((await listener.messages.next()).topic).toBe('marker');
  });

  test('takes as many levels as allowed, and closes for one more', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxTopicLevels: 10 });
    const client = await connectMqtt({ port });

    await client.publish('a/'.repeat(9), 'ten levels');
    await expect(client.publish('a/'.repeat(10), 'eleven')).rejects.toThrow('closed');

    expect(host.routesAsked).toEqual(['a/'.repeat(9)]);
  });

  test('is acknowledged, and heard, only once a retained message is durable', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('permanent/#');
    const durable = Promise.withResolvers<void>();
    host.onRetain = () => durable.promise;
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('permanent/a', 'message', 7), pingreq]));
    await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    expect(listener.messages.size).toBe(0);
    durable.resolve();

    await client.expectBytes(puback(7));
    expect(await listener.messages.next()).toMatchObject({ topic: 'permanent/a', retain: false });
    expect(host.kept.get('permanent/a')?.toString()).toBe('message');
  });

  test('is acknowledged in the order of the messages, whatever is durable first [MQTT-4.6.0-2]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const durable = new Map(
      ['permanent/1', 'permanent/2'].map((topic) => [topic, Promise.withResolvers<void>()]),
    );
    const bothAsked = Promise.withResolvers<void>();
    host.onRetain = async (topic) => {
      if (topic === 'permanent/2') bothAsked.resolve();
      await durable.get(topic)?.promise;
    };
    const client = await connectRaw({ port });
    const messages = [
      publish('permanent/1', 'a', 1),
      publish('permanent/2', 'b', 2),
      publish('plain', 'c', 3),
    ];

    client.send(Buffer.concat([connect(), ...messages, pingreq]));
    await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    await bothAsked.promise;
    durable.get('permanent/2')?.resolve();
    client.send(pingreq);
    await client.expectBytes(pingresp);
    durable.get('permanent/1')?.resolve();

    await client.expectBytes(Buffer.concat([puback(1), puback(2), puback(3)]));
  });

  test('stores what is published at QoS 0 too, and an empty payload as it is', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });

    await client.publish('permanent/a', 'message', { qos: 0 });
    await client.publish('permanent/b', '');

    expect(host.kept.get('permanent/a')?.toString()).toBe('message');
    expect(host.kept.get('permanent/b')).toHaveLength(0);
  });

  test('goes out without the retain flag, whatever the publisher set, and is not kept for it [MQTT-3.3.1-9]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');

    await listener.publish('a', 'message', { retain: true });

    expect(await listener.messages.next()).toMatchObject({ topic: 'a', retain: false });
    expect(host.kept.size).toBe(0);
    const late = await connectMqtt({ port });
    await late.subscribe('#');
    await late.publish('marker', 'x');
    expect((await late.messages.next()).topic).toBe('marker');
  });

  test('reaches each destination under its own name, and the publisher is acknowledged when there is none', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    host.onGrant = (_principal, filter) => ({ filters: [{ namespace: filter, filter: '#' }] });
    host.onRoute = (_principal, topic) => {
      const names = topic === 'nowhere' ? [] : ['full', 'short'];
      return {
        destinations: names.map((namespace) => ({ namespace, topic: `${namespace}/${topic}` })),
        basis: { stale: false },
        retainAs: undefined,
      };
    };
    await listener.subscribe(['full', 'short']);

    await listener.publish('nowhere', 'lost');
    await listener.publish('a', 'message');

    const topics = (await listener.messages.take(2)).map(({ topic }) => topic);
    expect(topics.sort()).toEqual(['full/a', 'short/a']);
    await listener.publish('marker', 'x');
    expect((await listener.messages.next()).topic).toMatch(/marker$/);
  });

  test('asks for a route once for each topic of a connection, until it goes stale', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const basis = { stale: false };
    let namespace = 'before';
    host.onRoute = (_principal, topic) => ({
      ...openRoute(topic),
      destinations: [{ namespace, topic }],
      basis,
    });
    host.onGrant = (_principal, filter) => ({ filters: [{ namespace: filter, filter: '#' }] });
    const listener = await connectMqtt({ port });
    await listener.subscribe(['after']);
    const client = await connectMqtt({ port });

    await client.publish('a', '1');
    await client.publish('a', '2');
    await client.publish('b', '3');
    expect(host.routesAsked).toEqual(['a', 'b']);

    basis.stale = true;
    namespace = 'after';
    await client.publish('a', '4');
    expect(host.routesAsked).toEqual(['a', 'b', 'a']);
    expect((await listener.messages.next()).payload.toString()).toBe('4');
  });

  test('keeps the order of a connection while the host works out a route, and holds up nobody else', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    host.onRoute = async (_principal, topic) => {
      if (topic === 'slow') {
        asked.resolve();
        await answer.promise;
      }
      return openRoute(topic);
    };
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('slow', 'first'), publish('fast', 'second'), pingreq]));
    await client.expectBytes(connack(0));
    await asked.promise;

    await listener.publish('other', 'not held up');
    expect((await listener.messages.next()).topic).toBe('other');
    answer.resolve();

    const topics = (await listener.messages.take(2)).map(({ topic }) => topic);
    expect(topics).toEqual(['slow', 'fast']);
    await client.expectBytes(pingresp);
  });

  test('counts what came before the end of the connection, also when the host answers after it', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    host.onRoute = async (_principal, topic) => {
      asked.resolve();
      await answer.promise;
      return openRoute(topic);
    };
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('a', 'last words'), disconnect]));
    client.socket.end();
    await asked.promise;
    answer.resolve();

    expect((await listener.messages.next()).payload.toString()).toBe('last words');
    expect((await host.nth('disconnected')).reason).toBe(reasons.clientDisconnected.text);
  });

  test('keeps the order of one publisher on one topic [MQTT-4.6.0-5][MQTT-4.6.0-6]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('a');
    const client = await connectRaw({ port });
    client.send(connect());
    const numbers = Array.from({ length: 500 }, (_, i) => i + 1);

    client.send(Buffer.concat(numbers.map((number) => publish('a', String(number), number))));

    const heard = (await listener.messages.take(500)).map(({ payload }) => Number(payload));
    expect(heard).toEqual(numbers);
    await client.expectBytes(Buffer.concat([connack(0), ...numbers.map((number) => puback(number))]));
  });

  test('takes topics named like members of Object.prototype for topics like any other', async () => {
    const { port } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    const names = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'];
    await client.subscribe(names);

    for (const name of names) await client.publish(name, name);

    expect((await client.messages.take(names.length)).map(({ topic }) => topic)).toEqual(names);
  });

  test('counts and tells each message', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe('a');

    await client.publish('a', '1');
    await client.publish('a', '2', { qos: 0 });
    await client.messages.take(2);

    expect(host.publications).toBe(2);
    expect(engine.stats()).toMatchObject({ messagesReceived: 2, messagesSent: 2, messagesDropped: 0 });
  });
});

describe(`the ${name} engine, publishing for its host`, () => {
  test('rejects when the message cannot be stored', async () => {
    const { host, engine } = await startServer(create, onTestFinished);
    host.onRetain = () => Promise.reject(new Error('the disk is full'));

    await expect(engine.publish(openRoute('permanent/a'), Buffer.from('x'), 1)).rejects.toThrow('full');
  });

  test('hands the message over, stored if it is permanent', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');

    await engine.publish(openRoute('permanent/a'), Buffer.from('x'), 1);

    expect(await listener.messages.next()).toMatchObject({ topic: 'permanent/a', qos: 1, retain: false });
    expect(host.kept.get('permanent/a')?.toString()).toBe('x');
    expect(host.publications).toBe(0);
  });

  test('knows in which namespaces somebody listens', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const listener = await connectMqtt({ port });
    expect(engine.hasSubscribers('all')).toBe(false);

    await listener.subscribe('a/+');
    expect([engine.hasSubscribers('all'), engine.hasSubscribers('other')]).toEqual([true, false]);

    await listener.unsubscribe('a/+');
    await expect.poll(() => engine.hasSubscribers('all')).toBe(false);

    await listener.subscribe('a/+');
    listener.drop();
    await host.nth('disconnected');
    await expect.poll(() => engine.hasSubscribers('all')).toBe(false);
  });
});
