/** Rates of messages, which the operator may set for devices, registries and brokers. */
import { sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createBroker, createDevice, createRegistry } from './support/party.ts';

const installation = sharedInstallation({
  env: { IOT_DEVICE_MESSAGES_PER_SECOND: '5', IOT_BROKER_MESSAGES_PER_SECOND: '5' },
});

describe('a device with a rate', () => {
  test('loses messages beyond it at QoS 0, counted, and none at QoS 1', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    const topic = `$devices/${device.id}/events`;
    for (let n = 0; n < 50; n++) await sender.publish(topic, `zero ${n}`, { qos: 0 });
    await Promise.all(Array.from({ length: 8 }, (_, n) => sender.publish(topic, `one ${n}`)));
    const heard: string[] = [];
    while (heard.at(-1) !== 'one 7') heard.push(String((await listener.messages.next()).payload));
    expect(heard.filter((payload) => payload.startsWith('one'))).toEqual(
      Array.from({ length: 8 }, (_, n) => `one ${n}`),
    );
    expect(heard.filter((payload) => payload.startsWith('zero')).length).toBeLessThan(50);
    const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/iotcore_mqtt_messages_dropped_total\{reason="rate limit"\} [1-9]/);
  });
});

describe('a broker with a rate', () => {
  test('is counted over all of its clients, and another broker is not held up', async () => {
    const [broker, other] = await Promise.all([createBroker(installation()), createBroker(installation())]);
    const [one, two, foreign] = [await broker.connect(), await broker.connect(), await other.connect()];
    const order: string[] = [];
    const flood = [one, two].flatMap((session) =>
      Array.from({ length: 5 }, () => session.publish('a', 'x').then(() => order.push('flood'))),
    );
    await Promise.all([foreign.publish('a', 'x').then(() => order.push('foreign')), ...flood]);
    expect(order.indexOf('foreign')).toBeLessThan(order.length - 1);
    expect(order.at(-1)).toBe('flood');
  });
});
