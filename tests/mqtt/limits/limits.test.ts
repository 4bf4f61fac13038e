/** Limits of messages and topics, each at its value and one beyond. */
import { connectRaw, packet, sharedInstallation, text } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { createBroker, createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;

beforeAll(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
});

const events = (subtopic = '') => `$devices/${device.id}/events${subtopic}`;

describe('a payload', () => {
  test('of 262,144 bytes is delivered, one byte more closes the connection and is logged', async () => {
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    await sender.publish(events(), Buffer.alloc(262_144, 'x'));
    expect((await listener.messages.next()).payload.length).toBe(262_144);
    await expect(sender.publish(events(), Buffer.alloc(262_145, 'x'))).rejects.toThrow('closed');
    await device.logLine(/^disconnected: .*payload/);
    expect(listener.messages.size).toBe(0);
  });
});

describe('a topic', () => {
  test('may have 1,024 characters after its kind and no more, in UTF-8 of any length', async () => {
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    for (const character of ['x', 'ж', '🌡']) {
      const sender = await device.connect();
      await sender.publish(events(`/${character.repeat(1024)}`), 'x');
      await listener.messages.next();
      await expect(sender.publish(events(`/${character.repeat(1025)}`), 'x')).rejects.toThrow('closed');
    }
  });

  test('as a filter obeys the same limit, by 0x80', async () => {
    const session = await registry.connect();
    expect(await session.subscribe([events(`/${'x'.repeat(1024)}`), events(`/${'x'.repeat(1025)}`)])).toEqual(
      [1, 0x80],
    );
  });

  test('too deep closes the connection, in a broker too', async () => {
    const broker = await createBroker(installation());
    const session = await broker.connect();
    await session.publish(Array(100).fill('a').join('/'), 'x');
    await expect(session.publish('/'.repeat(60_000), 'x')).rejects.toThrow('closed');
  });
});

describe('a packet that is no message', () => {
  /** A SUBSCRIBE with filters that the client has no right to, so many that it has this size. */
  const subscribeOf = (bytes: number) => {
    const perFilter = 50;
    const filter = `${text('x'.repeat(perFilter - 3))}00`;
    return packet('82', `0001${filter.repeat(Math.ceil(bytes / perFilter))}`);
  };

  test('is answered up to 327,000 bytes', async () => {
    const raw = await device.connectRaw('TCP');
    raw.send(subscribeOf(327_000));
    await raw.expectBytes(packet('90', `0001${'80'.repeat(6540)}`));
  });

  test('closes the connection with 450,000 bytes, and is logged', async () => {
    const raw = await device.connectRaw('TCP');
    raw.send(subscribeOf(450_000));
    await raw.expectClose();
    await device.logLine(/^disconnected: packet is larger than allowed/);
  });
});

describe('QoS 2', () => {
  test('in a PUBLISH closes the connection and is logged', async () => {
    const raw = await connectRaw(installation().overTcp);
    raw.send(
      packet('10', `${text('MQTT')}04c2003c${text('qos2')}${text(device.id)}${text(device.password)}`),
    );
    await raw.expectBytes('20020000');
    raw.send(packet('34', `${text(events())}000178`));
    await raw.expectClose();
    await device.logLine(/^disconnected: .*QoS/);
  });
});
