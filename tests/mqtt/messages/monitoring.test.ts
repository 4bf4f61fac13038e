/** What the server itself tells of devices: by MQTT to subscribers, and as monitoringData in the API. */
import { eventually, type MqttSession, sharedInstallation } from '@iotcore/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;

beforeEach(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
});

type Told = Record<string, string>;

/** Reads until a message tells all of the fields. */
async function tellsOf(
  session: MqttSession,
  ...fields: string[]
): Promise<{ topic: string; told: Told; qos: number }> {
  for (;;) {
    const { topic, payload, qos } = await session.messages.next();
    const told = JSON.parse(String(payload));
    if (fields.every((field) => field in told)) return { topic, told, qos };
  }
}

describe('monitoring', () => {
  test('tells a registry what its device does, with every time in UTC', async () => {
    const listener = await registry.connect();
    await listener.subscribe(`$monitoring/${device.id}/json`);
    const session = await device.connect();
    await session.publish(`$devices/${device.id}/events`, 'x');
    const online = await tellsOf(listener, 'last_auth_time', 'last_pub_activity_time');
    expect(online.topic).toBe(`$monitoring/${device.id}/json`);
    expect(online.qos).toBe(0);
    expect(online.told).toMatchObject({
      last_auth_ip: '127.0.0.1',
      registry_id: registry.id,
      device_id: device.id,
      last_auth_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(online.told).not.toHaveProperty('last_disconnect_time');
    await session.end();
    const offline = await tellsOf(listener, 'last_disconnect_time');
    expect(offline.told).toMatchObject({ last_auth_time: online.told['last_auth_time'] });
  });

  test('tells a device of itself as $me, and siblings of each other, but no other registry', async () => {
    const sibling = await createDevice(installation(), registry);
    const stranger = await createRegistry(installation());
    const curious = await stranger.connect();
    expect(await curious.subscribe([`$monitoring/${device.id}/json`, '$monitoring/+/json'])).toEqual([
      0x80, 1,
    ]);
    const own = await device.connect();
    await own.subscribe('$me/monitoring/json');
    const watcher = await sibling.connect();
    await watcher.subscribe('$monitoring/+/json');
    await own.publish(`$devices/${device.id}/events`, 'x');
    expect((await tellsOf(own, 'last_pub_activity_time')).topic).toBe('$me/monitoring/json');
    expect((await tellsOf(watcher, 'last_pub_activity_time')).told['device_id']).toBe(device.id);
    expect(curious.messages.size).toBe(0);
  });

  test('is in the API a few seconds later, and earlier times survive a reconnect', async () => {
    const session = await device.connect();
    await session.publish(`$devices/${device.id}/events`, 'x');
    await session.subscribe(`$devices/${device.id}/commands`);
    await session.end();
    const data = await eventually('monitoringData', async () => {
      const path = `/iot-devices/v1/devices/${device.id}?deviceView=FULL`;
      const { monitoringData } = await installation().api.must('GET', path);
      return monitoringData?.lastDisconnectTime && monitoringData;
    });
    expect(data).toMatchObject({
      lastAuthIp: '127.0.0.1',
      lastAuthTime: expect.any(String),
      lastPubActivityTime: expect.any(String),
      lastSubActivityTime: expect.any(String),
      lastOnlineTime: expect.any(String),
    });
    const listener = await registry.connect();
    await listener.subscribe(`$monitoring/${device.id}/json`);
    await device.connect();
    const { told } = await tellsOf(listener, 'last_disconnect_time');
    expect(new Date(told['last_pub_activity_time'] ?? '')).toEqual(new Date(data.lastPubActivityTime));
  });
});
