/** `iotcore emulate`: devices that come, publish and go. */
import { connectMqtt, eventually, makePassword, sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { envOf, Run } from './support/iotcore.ts';

const installation = sharedInstallation();

/** A run of the command over plain TCP. */
function emulate(registryId: string, ...more: string[]): Run {
  const { mqttPort } = installation();
  const env = { ...envOf(installation()), IOTCORE_MQTT: `mqtt://127.0.0.1:${mqttPort}` };
  return new Run(['emulate', '--registry', registryId, ...more], { env });
}

async function devicesOf(registryId: string): Promise<{ id: string; labels: Record<string, string> }[]> {
  const { devices = [] } = await installation().api.must(
    'GET',
    `/iot-devices/v1/devices?registryId=${registryId}`,
  );
  return devices;
}

test('a template that says nothing makes no device', async () => {
  const { id } = await installation().api.createRegistry();
  const { status, stderr } = await emulate(id, '--payload', '{{temperature}}').end();
  expect(status).toBe(2);
  expect(stderr).toContain('{{random 18 25}}');
  expect(await devicesOf(id)).toEqual([]);
});

test('its devices publish what the template says, and are gone after Ctrl-C', async () => {
  const { api, mqttPort } = installation();
  const password = makePassword();
  const { id } = await api.createRegistry({ password });
  const registry = await connectMqtt({ port: mqttPort, username: id, password });
  expect(await registry.subscribe('$devices/+/events')).toEqual([1]);

  const run = emulate(
    id,
    '--devices',
    '3',
    '--every',
    '1s',
    '--payload',
    '{{device}} {{counter}} {{random 18 25}}',
  );
  const senders = new Set<string>();
  while (senders.size < 3) {
    const { topic, payload } = await registry.messages.next();
    const [device = '', counter, number] = payload.toString().split(' ');
    expect(topic).toBe(`$devices/${device}/events`);
    expect(Number(counter)).toBeGreaterThan(0);
    expect(Number(number)).toBeGreaterThanOrEqual(18);
    expect(Number(number)).toBeLessThanOrEqual(25);
    senders.add(device);
  }
  const devices = await devicesOf(id);
  expect(new Set(devices.map((device) => device.id))).toEqual(senders);
  expect(devices.every(({ labels }) => labels['emulated'] === 'true')).toBe(true);

  run.interrupt();
  const { status, stderr } = await run.end();
  expect([status, stderr]).toEqual([0, expect.stringContaining('the 3 devices are removed')]);
  expect(await devicesOf(id)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s while devices are made leaves none of them', async (signal) => {
  const { id } = await installation().api.createRegistry();
  const run = emulate(id, '--devices', '5000');
  await eventually('the first devices', async () => (await devicesOf(id)).length > 0);
  run.interrupt(signal);
  const { status, stderr } = await run.end();
  expect(status, stderr).toBe(0);
  const [, removed] = /published 0 messages; the (\d+) devices are removed/.exec(stderr) ?? [];
  expect(Number(removed), stderr).toBeLessThan(5000);
  expect(await devicesOf(id)).toEqual([]);
});

test('a device that somebody else removes ends the run, which says so, and removes the others', async () => {
  const { id } = await installation().api.createRegistry();
  const run = emulate(id, '--devices', '3', '--every', '1s');
  await run.says('3 devices publish');
  const [first] = await devicesOf(id);
  await installation().api.must('DELETE', `/iot-devices/v1/devices/${first?.id}`);
  const { status, stderr } = await run.end();
  expect(status, stderr).not.toBe(0);
  expect(stderr).toContain('the 3 devices are removed');
  expect(await devicesOf(id)).toEqual([]);
});
