import { connectMqtt, type MqttSession } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EngineLimits } from '../port.ts';
import { reasonOf } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openRoute } from './testing/host.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

const will = { topic: 'wills/mine', payload: 'gone', qos: 1 } as const;

/** How a connection can end without DISCONNECT; each makes the will fire [MQTT-3.1.2-8]. */
const deaths: [string, (client: MqttSession, server: Awaited<ReturnType<typeof startServer>>) => unknown][] =
  [
    ['is lost', (client) => client.drop()],
    ['publishes where it may not', (client) => client.publish('forbidden/a', 'x').catch(() => {})],
    [
      'is disconnected by the host',
      (_client, { engine }) =>
        engine.disconnect(({ clientId }) => clientId === 'mortal', reasonOf('removed')),
    ],
  ];

describe(`a will on the ${name} engine`, () => {
  const setUp = async (limits?: Partial<EngineLimits>) => {
    const server = await startServer(create, onTestFinished, limits);
    const witness = await connectMqtt({ port: server.port, clientId: 'witness' });
    await witness.subscribe('wills/#');
    return { ...server, witness };
  };
  const expectNoWill = async (witness: MqttSession) => {
    await witness.publish('wills/marker', 'x');
    expect((await witness.messages.next()).topic).toBe('wills/marker');
  };

  test('is discarded with DISCONNECT [MQTT-3.14.4-3]', async () => {
    const { port, host, witness } = await setUp();
    const client = await connectMqtt({ port, clientId: 'mortal', will });

    await client.end();

    await host.nth('disconnected');
    await expectNoWill(witness);
  });

  test('is not published when its sender may not publish there any more', async () => {
    const { port, host, witness } = await setUp();
    const client = await connectMqtt({ port, clientId: 'mortal', will });
    host.onRoute = (_principal, topic) => (topic === will.topic ? undefined : openRoute(topic));

    client.drop();

    await host.nth('disconnected');
    await expectNoWill(witness);
    expect(host.routesAsked.filter((topic) => topic === will.topic)).toHaveLength(2);
  });

  test.each(deaths)(
    'is published once when its client %s [MQTT-3.1.2-8][MQTT-3.1.2-10]',
    async (_death, kill) => {
      const server = await setUp();
      const { port, witness } = server;
      const client = await connectMqtt({ port, clientId: 'mortal', will });

      await kill(client, server);

      expect(await witness.messages.next()).toMatchObject({
        topic: 'wills/mine',
        payload: Buffer.from('gone'),
        qos: 1,
        retain: false,
      });
      await expectNoWill(witness);
    },
  );

  test('is published when its client is silent beyond its keep alive [MQTT-3.1.2-24]', async () => {
    const { port, witness } = await setUp();
    await connectMqtt({
      port,
      clientId: 'mortal',
      will,
      keepAliveSeconds: 1,
      more: { timerVariant: { set: () => 0, clear: () => {} } },
    });

    expect((await witness.messages.next()).topic).toBe('wills/mine');
  });

  test('is stored when its topic is retained', async () => {
    const { port, host, witness } = await setUp();
    const stored = Promise.withResolvers<string>();
    host.onRetain = async (topic) => stored.resolve(topic);
    await witness.subscribe('permanent/#');
    const client = await connectMqtt({ port, will: { topic: 'permanent/state', payload: 'gone' } });

    client.drop();

    expect(await stored.promise).toBe('permanent/state');
    expect((await witness.messages.next()).topic).toBe('permanent/state');
  });

  test('goes where its topic leads at the time when it fires', async () => {
    const { port, host, witness } = await setUp();
    const client = await connectMqtt({ port, will });
    host.onRoute = () => openRoute('wills/new name');

    client.drop();

    expect((await witness.messages.next()).topic).toBe('wills/new name');
  });
});
