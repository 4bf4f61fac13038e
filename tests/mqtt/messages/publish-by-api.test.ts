/** Messages that come through the API reach MQTT subscribers by the same rules. */
import { expectSilence, pathOf, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { createBroker, createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
let broker: TestClient;

beforeAll(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry, { topicAliases: { 'tag/': '$devices/{id}/' } });
  broker = await createBroker(installation());
});

const publish = (from: TestClient, topic: string, payload: string | Buffer) =>
  installation().api.call('POST', `${pathOf(from.owner)}/publish`, {
    topic,
    data: Buffer.from(payload).toString('base64'),
  });

describe('publishing by the API', () => {
  test('is refused where the sender itself may not publish, and nobody hears it', async () => {
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    for (const topic of [`$devices/${device.id}/commands`, 'no/such/topic', '$devices/+/events', '$SYS/x']) {
      const { status, body } = await publish(device, topic, 'x');
      expect([status, body.code]).toEqual([400, 3]);
    }
    await expectSilence(listener, async (marker) => {
      expect((await publish(device, `$devices/${device.id}/events`, marker)).status).toBe(200);
    });
  });

  test('reaches subscribers for a device, a registry and a broker', async () => {
    const cases = [
      { from: device, to: registry, topic: `$devices/${device.id}/events` },
      { from: device, to: registry, topic: 'tag/events' },
      { from: registry, to: device, topic: `$devices/${device.id}/commands` },
      { from: broker, to: broker, topic: 'any/topic' },
    ];
    for (const { from, to, topic } of cases) {
      const listener = await to.connect();
      await listener.subscribe(topic);
      expect((await publish(from, topic, 'by api')).status).toBe(200);
      const { payload, qos } = await listener.messages.next();
      expect([String(payload), qos]).toEqual(['by api', 1]);
    }
  });

  test('keeps the message of a permanent topic', async () => {
    expect((await publish(device, `$devices/${device.id}/state`, 'kept')).status).toBe(200);
    const listener = await registry.connect();
    await listener.subscribe('$devices/+/state');
    expect(await listener.messages.next()).toMatchObject({ retain: true });
  });
});

describe('the internal door of the data plane', () => {
  const message = () => ({
    principalKind: 'device',
    principalId: device.id,
    topic: `$devices/${device.id}/events`,
    data: '',
  });
  const knock = (authorization?: string) =>
    fetch(`${installation().adminUrl}/internal/publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(message()),
    });

  test("is closed without a token, and to an administrator's", async () => {
    const listener = await registry.connect();
    await listener.subscribe('$devices/+/events');
    const unsigned = `Bearer ${['{"alg":"none"}', '{"aud":"data-plane","iss":"iotcore"}', ''].map((part) => Buffer.from(part).toString('base64url')).join('.')}`;
    for (const authorization of [undefined, 'Bearer x', unsigned, `Bearer ${installation().adminToken}`]) {
      expect((await knock(authorization)).status).toBe(401);
    }
    await expectSilence(listener, async (marker) => {
      await publish(device, `$devices/${device.id}/events`, marker);
    });
  });
});
