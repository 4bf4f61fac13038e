import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engineUnderTest } from './testing/engine-under-test.ts';
import {
  connack,
  connect,
  puback,
  publish,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

/** Where the identifier stands in a PUBLISH to topic `a`: after a header of two bytes and the topic. */
const idAt = 5;

describe(`a session of the ${name} engine`, () => {
  test.each([true, false])(
    'starts anew with each connection, and has nothing of an earlier one, clean session %s [MQTT-3.1.2-6][MQTT-3.1.4-3]',
    async (clean) => {
      const { port } = await startServer(create, onTestFinished);
      const earlier = await connectMqtt({ port, clientId: 'same', clean });
      await earlier.subscribe('a');
      await earlier.end();

      const later = await connectMqtt({ port, clientId: 'same', clean });

      expect(later.sessionPresent).toBe(false);
      await later.publish('a', 'for the earlier session');
      await later.subscribe('marker');
      await later.publish('marker', 'x');
      expect((await later.messages.next()).topic).toBe('marker');
    },
  );

  test('publishes no will when it has none [MQTT-3.1.2-12]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const witness = await connectMqtt({ port });
    await witness.subscribe('#');
    const mortal = await connectMqtt({ port, clientId: 'mortal' });

    mortal.drop();

    await host.nth('disconnected');
    await witness.publish('marker', 'x');
    expect((await witness.messages.next()).topic).toBe('marker');
  });

  test('publishes its will without the retain flag [MQTT-3.1.2-16]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const witness = await connectMqtt({ port });
    await witness.subscribe('will');
    const mortal = await connectMqtt({ port, will: { topic: 'will', payload: 'x', qos: 1 } });

    mortal.drop();

    expect(await witness.messages.next()).toMatchObject({ topic: 'will', retain: false });
  });

  test('still completes what was on its way when its filter is unsubscribed [MQTT-3.10.4-3]', async () => {
    const { port } = await startServer(create, onTestFinished, { maxInflightMessages: 1 });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(1, ['a', 1])]));
    await client.expectBytes(Buffer.concat([connack(0), suback(1, 1)]));
    const publisher = await connectMqtt({ port });
    await publisher.publish('a', 'first');
    await publisher.publish('a', 'second');
    const first = await client.read(publish('a', 'first', 1).length);
    expect(first.toString()).toContain('first');

    client.send(unsubscribe(2, 'a'));
    await client.expectBytes(unsuback(2));
    client.send(puback(first.readUInt16BE(idAt)));

    const second = await client.read(publish('a', 'second', 1).length);
    expect(second.toString()).toContain('second');
  });
});
