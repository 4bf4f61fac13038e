import { connectMqtt, connectRaw, type RawClient } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import {
  connack,
  connect,
  pingreq,
  pingresp,
  puback,
  publish,
  suback,
  subscribe,
} from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

/** A subscriber that works with raw packets, and acknowledges only what the test acknowledges. */
async function rawSubscriber(port: number, clientId: string, qos: 0 | 1): Promise<RawClient> {
  const client = await connectRaw({ port });
  client.send(Buffer.concat([connect({ clientId }), subscribe(1, ['a', qos])]));
  await client.expectBytes(Buffer.concat([connack(0), suback(1, qos)]));
  return client;
}

/** Reads a QoS 1 message on the topic `a`; its packet identifier and payload. */
async function readMessage(
  client: RawClient,
  payloadBytes: number,
): Promise<{ id: number; payload: string }> {
  const bytes = await client.read(publish('a', Buffer.alloc(payloadBytes), 1).length);
  expect(bytes[0]).toBe(0x32);
  const idAt = bytes.length - payloadBytes - 2;
  return { id: bytes.readUInt16BE(idAt), payload: bytes.subarray(idAt + 2).toString() };
}

describe(`delivering on the ${name} engine`, () => {
  test('drops, counts and tells QoS 0 messages for a client that does not read, and goes on when it does', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished, { maxOutputBytes: 100_000 });
    const frozen = await rawSubscriber(port, 'frozen', 0);
    frozen.socket.pause();
    const publisher = await connectMqtt({ port });
    const payload = Buffer.alloc(50_000, 'x');

    // What the kernels take for it is many times the limit; then it is up to the engine.
    for (let sent = 0; host.told('dropped').length < 10; sent++) {
      expect(sent).toBeLessThan(1000);
      await publisher.publish('a', payload);
    }

    expect(host.told('dropped')[0]).toMatchObject({ clientId: 'frozen', reason: 'slow subscriber' });
    expect(engine.stats().messagesDropped).toBe(host.told('dropped').length);
    expect(host.told('disconnected')).toEqual([]);

    const delivered = engine.stats().messagesSent;
    const size = publish('a', payload).length;
    frozen.socket.resume();
    await frozen.read(delivered * size);
    await publisher.publish('a', 'the latest');
    await frozen.expectBytes(publish('a', 'the latest'));
  });

  test('sends a window of QoS 1 messages to a client that acknowledges none, and closes it when too many wait', async () => {
    const { port, host } = await startServer(create, onTestFinished, {
      maxInflightMessages: 3,
      maxQueuedMessages: 5,
    });
    const lazy = await rawSubscriber(port, 'lazy', 1);
    const publisher = await connectMqtt({ port });

    for (let i = 1; i <= 8; i++) await publisher.publish('a', String(i));
    const sent = [await readMessage(lazy, 1), await readMessage(lazy, 1), await readMessage(lazy, 1)];
    expect(sent.map(({ payload }) => payload)).toEqual(['1', '2', '3']);
    lazy.send(pingreq);
    await lazy.expectBytes(pingresp);
    expect(host.told('disconnected')).toEqual([]);
    await publisher.publish('a', '9');

    await lazy.expectClose();
    expect(host.told('disconnected')).toEqual([
      { kind: 'disconnected', clientId: 'lazy', reason: reasons.slowSubscriber.text },
    ]);
    await publisher.publish('a', 'nobody is left to wait for');
  });

  test('closes a client for which too many bytes wait', async () => {
    const { port, host } = await startServer(create, onTestFinished, {
      maxInflightMessages: 1,
      maxQueuedBytes: 100_000,
    });
    const lazy = await rawSubscriber(port, 'lazy', 1);
    const publisher = await connectMqtt({ port });

    for (let i = 0; i < 12; i++) await publisher.publish('a', Buffer.alloc(10_000));

    expect((await host.nth('disconnected')).reason).toBe(reasons.slowSubscriber.text);
    await lazy.read(Number.MAX_SAFE_INTEGER);
  });

  test('sends the next of the waiting messages for each that is acknowledged, in order', async () => {
    const { port } = await startServer(create, onTestFinished, { maxInflightMessages: 2 });
    const careful = await rawSubscriber(port, 'careful', 1);
    const publisher = await connectMqtt({ port });
    for (let i = 1; i <= 5; i++) await publisher.publish('a', String(i));

    const first = await readMessage(careful, 1);
    const second = await readMessage(careful, 1);
    expect(first.id).not.toBe(second.id);
    // Acknowledged in another order than sent, and one that was never sent.
    careful.send(Buffer.concat([puback(second.id), puback((second.id % 65_535) + 1000)]));
    const third = await readMessage(careful, 1);
    careful.send(Buffer.concat([puback(first.id), puback(third.id)]));

    const rest = [await readMessage(careful, 1), await readMessage(careful, 1)];
    expect([third, ...rest].map(({ payload }) => payload)).toEqual(['3', '4', '5']);
  });

  test('numbers messages in flight apart, never 0, and as new ones: DUP 0 [MQTT-2.3.1-1][MQTT-3.3.1-3][MQTT-4.3.2-1]', async () => {
    const { port } = await startServer(create, onTestFinished, { maxInflightMessages: 300 });
    const subscriber = await rawSubscriber(port, 'subscriber', 1);
    const publisher = await connectRaw({ port });
    publisher.send(connect({ clientId: 'publisher' }));
    const again = publish('a', 'x', 7);
    again[0] = 0x3a; // DUP

    publisher.send(Buffer.concat(Array.from({ length: 300 }, () => again)));

    const ids = new Set<number>();
    for (let i = 0; i < 300; i++) ids.add((await readMessage(subscriber, 1)).id);
    expect(ids.size).toBe(300);
    expect(ids).not.toContain(0);
  });

  test('holds up neither publishers nor other subscribers for one that is frozen', async () => {
    const { port, host } = await startServer(create, onTestFinished, {
      maxOutputBytes: 100_000,
      maxQueuedBytes: 200_000,
    });
    const frozen0 = await rawSubscriber(port, 'frozen at QoS 0', 0);
    const frozen1 = await rawSubscriber(port, 'frozen at QoS 1', 1);
    frozen0.socket.pause();
    frozen1.socket.pause();
    const reader = await connectMqtt({ port });
    await reader.subscribe('a');
    const publisher = await connectMqtt({ port });
    const payload = Buffer.alloc(100_000, 'x');
    const count = 200;

    for (let i = 0; i < count; i++) await publisher.publish('a', payload);

    await reader.messages.take(count);
    expect(host.told('dropped').every(({ clientId }) => clientId === 'frozen at QoS 0')).toBe(true);
    expect(host.told('disconnected').every(({ clientId }) => clientId === 'frozen at QoS 1')).toBe(true);
  });

  test('closes a client that publishes and never reads its acknowledgements', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxOutputBytes: 1000 });
    const deaf = await rawSubscriber(port, 'deaf', 0);
    deaf.socket.pause();
    const publisher = await connectMqtt({ port });
    // Messages that it does not read either fill what the kernels take for it.
    while (host.told('dropped').length === 0) await publisher.publish('a', Buffer.alloc(100_000));
    expect(host.told('disconnected')).toEqual([]);

    deaf.send(Buffer.concat(Array.from({ length: 50_000 }, () => publish('nobody/hears', '', 1))));

    expect(await host.nth('disconnected')).toMatchObject({
      clientId: 'deaf',
      reason: reasons.acknowledgementsUnread.text,
    });
  });

  test('delivers payloads whole, empty or of the largest size', async () => {
    const { port } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe('a');

    for (const bytes of [0, 1, 4095, 4096, 65_536, 262_144]) {
      const payload = Buffer.alloc(bytes, `${bytes} `);
      await client.publish('a', payload);
      expect((await client.messages.next()).payload.equals(payload)).toBe(true);
    }
  });

  test('delivers to each of a hundred subscribers once', async () => {
    const { port } = await startServer(create, onTestFinished);
    const subscribers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => rawSubscriber(port, `subscriber ${i}`, 0)),
    );
    const publisher = await connectMqtt({ port });

    for (let i = 0; i < 10; i++) await publisher.publish('a', `message ${i}`);

    const expected = Buffer.concat(Array.from({ length: 10 }, (_, i) => publish('a', `message ${i}`)));
    for (const subscriber of subscribers) {
      await subscriber.expectBytes(expected);
      subscriber.send(pingreq);
      await subscriber.expectBytes(pingresp);
    }
  });
});
