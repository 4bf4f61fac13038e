/** Two MQTT servers on one database: what both must do without knowing of each other. */
import {
  eventually,
  fullTest,
  type Installation,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createDevice, createRegistry, TestClient } from '../support/test-client.ts';

const first = sharedInstallation();

/** A second node beside the first, with a data folder of its own. */
async function secondNode(): Promise<Installation> {
  const second = await startInstallation({ programs: ['mqtt'], database: first().databaseUrl ?? '' });
  return second;
}

describe('a second node', () => {
  test('gets what the API publishes, as the first does, and revocations too', async () => {
    const second = await secondNode();
    const registry = await createRegistry(first());
    const device = await createDevice(first(), registry);
    const there = new TestClient(second, registry.id, registry.owner, registry.password);
    const deviceThere = new TestClient(second, device.id, device.owner, device.password);
    const listeners = [await registry.connect(), await there.connect()];
    for (const listener of listeners) await listener.subscribe('$devices/#');
    await first().api.must('POST', `/iot-devices/v1/devices/${device.id}/publish`, {
      topic: `$devices/${device.id}/events`,
      data: Buffer.from('to all').toString('base64'),
    });
    for (const listener of listeners) expect(String((await listener.messages.next()).payload)).toBe('to all');

    const sessions = [await device.connect(), await deviceThere.connect()];
    await device.delete();
    for (const session of sessions) await session.expectClosed();
  });

  fullTest('is off the list once it has stopped', async () => {
    const second = await secondNode();
    await second.stop();
    const registry = await createRegistry(first());
    await eventually('the API to publish to the first node alone', async () => {
      const { status } = await first().api.call('POST', `/iot-devices/v1/registries/${registry.id}/publish`, {
        topic: `$registries/${registry.id}/commands`,
        data: '',
      });
      return status === 200;
    });
  });
});
