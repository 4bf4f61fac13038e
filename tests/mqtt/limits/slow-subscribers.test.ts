/** A subscriber that does not read harms nobody but itself. */
import { connectRaw, eventually, packet, sharedInstallation, text } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import {
  createDevice,
  createRegistry,
  reach,
  type TestClient,
  type TransportName,
  transportsOfFull,
} from '../support/test-client.ts';

const installation = sharedInstallation();
const payload = Buffer.alloc(64 * 1024, 'x');

/** A client that subscribes and then never reads again. */
async function frozen(client: TestClient, qos: 0 | 1, transport: TransportName) {
  const raw = await connectRaw(reach(installation(), transport));
  raw.send(
    packet('10', `${text('MQTT')}04c20000${text('frozen')}${text(client.id)}${text(client.password)}`),
  );
  await raw.expectBytes('20020000');
  raw.send(packet('82', `0001${text('$devices/#')}0${qos}`));
  await raw.expectBytes(`900300010${qos}`);
  raw.socket.pause();
  return raw;
}

describe.each(transportsOfFull)('a frozen subscriber over %s', (transport) => {
  test('at QoS 1 is disconnected and logged, and the others get everything', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    await frozen(registry, 1, transport);
    const healthy = await registry.connect({}, transport);
    await healthy.subscribe('$devices/#');
    const sender = await device.connect({}, transport);
    let sent = 0;
    const log = () => registry.log();
    while (!(await log()).some((line) => line.startsWith('disconnected: too slow'))) {
      await Promise.all(
        Array.from({ length: 50 }, () => sender.publish(`$devices/${device.id}/events`, payload)),
      );
      sent += 50;
      expect(sent).toBeLessThan(5000);
      await healthy.messages.take(50);
    }
    expect(healthy.connected).toBe(true);
  });

  test('at QoS 0 loses messages, which are counted, and stays', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    await frozen(registry, 0, transport);
    const healthy = await registry.connect({}, transport);
    await healthy.subscribe('$devices/#');
    const sender = await device.connect({}, transport);
    const before = await droppedMessages();
    await eventually(
      'dropped messages',
      async () => {
        for (let n = 0; n < 50; n++)
          await sender.publish(`$devices/${device.id}/events`, payload, { qos: 0 });
        await healthy.messages.take(50);
        return (await droppedMessages()) > before;
      },
      60_000,
    );
    expect((await registry.log()).filter((line) => line.startsWith('disconnected'))).toEqual([]);
  });
});

async function droppedMessages(): Promise<number> {
  const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
  return Number(/messages_dropped_total\{reason="slow subscriber"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}
