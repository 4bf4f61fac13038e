/** Rates of messages, which the operator may set for devices, registries and brokers. */
import {
  fullTest,
  type Installation,
  type MqttSession,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createBroker, createDevice, createRegistry, TestClient } from '../support/test-client.ts';

const rates = { IOT_DEVICE_MESSAGES_PER_SECOND: '5', IOT_BROKER_MESSAGES_PER_SECOND: '20' };
const anHourMs = '3600000';
/** The second takes an hour: what goes through at once is all that goes through, however slow the machine. */
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { ...rates, IOT_INTERNAL_MQTT_RATE_WINDOW_MS: anHourMs },
});

const numbered = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name} ${n}`);
const payloads = async (listener: MqttSession, count: number) =>
  (await listener.messages.take(count)).map(({ payload }) => String(payload));

/** By the API, whose messages count against no rate: whatever went through before is heard before it. */
async function publishByApi(path: string, topic: string, payload: string): Promise<void> {
  const data = Buffer.from(payload).toString('base64');
  await installation().api.must('POST', `${path}/publish`, { topic, data });
}

async function droppedMessages(on: Installation): Promise<number> {
  const metrics = await (await fetch(`${on.adminUrl}/metrics`)).text();
  return Number(/^iotcore_mqtt_messages_dropped_total\{reason="rate limit"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

describe('a device with a rate', () => {
  test('loses messages beyond it at QoS 0, counted', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    const before = await droppedMessages(installation());
    const topic = `$devices/${device.id}/events`;
    for (const payload of numbered(50, 'zero')) await sender.publish(topic, payload, { qos: 0 });
    // Answered after all of them.
    await sender.subscribe(`$devices/${device.id}/commands`);
    await publishByApi(`/iot-devices/v1/devices/${device.id}`, topic, 'marker');
    expect(await payloads(listener, 6)).toEqual([...numbered(5, 'zero'), 'marker']);
    expect((await droppedMessages(installation())) - before).toBe(45);
  });

  fullTest('loses none at QoS 1: they wait, and arrive in their order', async () => {
    const node = await startInstallation({
      programs: ['mqtt'],
      database: installation().databaseUrl ?? '',
      env: rates,
    });
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const there = ({ id, owner, password }: TestClient) => new TestClient(node, id, owner, password);
    const listener = await there(registry).connect();
    await listener.subscribe('$devices/#');
    const sender = await there(device).connect();
    const topic = `$devices/${device.id}/events`;
    await Promise.all(numbered(8, 'one').map((payload) => sender.publish(topic, payload)));
    expect(await payloads(listener, 8)).toEqual(numbered(8, 'one'));
    expect(await droppedMessages(node)).toBe(0);
  });
});

describe('a broker with a rate', () => {
  test('is counted over all of its clients, and another broker is not held up', async () => {
    const [broker, other] = await Promise.all([createBroker(installation()), createBroker(installation())]);
    const listener = await broker.connect();
    await listener.subscribe('a');
    const [one, two, foreign] = [await broker.connect(), await broker.connect(), await other.connect()];
    for (const payload of numbered(12, 'one')) await one.publish('a', payload);
    for (const payload of numbered(8, 'two')) await two.publish('a', payload);
    const excess = [one, two].map((session) => session.publish('a', 'excess').catch(() => 'never answered'));
    await foreign.publish('a', 'of another');
    await publishByApi(`/iot-broker/v1/brokers/${broker.id}`, 'a', 'marker');
    expect(await payloads(listener, 21)).toEqual([...numbered(12, 'one'), ...numbered(8, 'two'), 'marker']);
    one.drop();
    two.drop();
    expect(await Promise.all(excess)).toEqual(['never answered', 'never answered']);
    // What waits for its rate is handled after its connection, for up to a minute; a deleted broker ends it at once.
    await installation().api.must('DELETE', `/iot-broker/v1/brokers/${broker.id}`);
  });
});
