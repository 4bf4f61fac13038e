/** Triggers and exports to data streams of the old service come over as paused exports, each once, and what cannot come is named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, sharedInstallation } from '@iotcore/testkit';
import { makeFleet, writeExport } from '@iotcore/testkit/exports';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folders.ts';
import { iotcore } from './support/iotcore.ts';

const installation = sharedInstallation();

test('triggers and exports to data streams become paused exports; a dry run makes none, and a second run no others', async () => {
  const folder = await temporaryFolder();
  const fleet = await makeFleet({ registries: 1, brokers: 1, devices: 1 });
  await writeExport(folder, fleet);
  const registryId = fleet.registries[0]?.id ?? '';
  const brokerId = fleet.brokers[0]?.id ?? '';
  const deviceId = fleet.devices.get(registryId)?.[0]?.id ?? '';
  const put = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const calls = { invoke_function: { function_id: 'd4efunction' } };
  put('triggers.json', [
    { id: 'a1t1', name: 'telemetry', rule: { iot_message: { registry_id: registryId, ...calls } } },
    {
      ...{ id: 'a1t2', name: 'one-device' },
      rule: {
        iot_message: {
          ...{ registry_id: registryId, device_id: deviceId, mqtt_topic: `$devices/${deviceId}/events/#` },
          batch_settings: { size: '5', cutoff: '10s' },
          invoke_container: { container_id: 'bbacontainer' },
        },
      },
    },
    { id: 'a1t3', name: 'hall', rule: { iot_broker_message: { broker_id: brokerId, ...calls } } },
    { id: 'a1t4', name: 'nightly', rule: { timer: { cron_expression: '0 0 * * ? *', ...calls } } },
    { id: 'a1t5', name: 'lost', rule: { iot_message: { registry_id: 'arenobody', ...calls } } },
  ]);
  put(`yds-exports-${registryId}.json`, [
    { id: 'a1y1', name: 'stream', registry_id: registryId, database: '/ru-central1/b1g/etn', stream: 'all' },
  ]);
  put('targets.json', { bbacontainer: 'https://containers.example.com/telemetry' });
  const migrate = (...args: string[]) =>
    iotcore(
      ...[installation(), 'migrate', 'yandex', folder],
      ...['--target-map', join(folder, 'targets.json'), ...args],
    );
  const exports = async (): Promise<Json[]> => {
    const { api } = installation();
    const found = [`registryId=${registryId}`, `brokerId=${brokerId}`].map(async (of) => {
      const { status, body } = await api.call('GET', `/ext/v1/exports?${of}`);
      return status === 200 ? body.exports : [];
    });
    return (await Promise.all(found)).flat();
  };

  const dry = await migrate('--dry-run');
  expect(dry.stderr).toContain('trigger telemetry would become a paused export');
  expect(await exports()).toEqual([]);

  const first = await migrate();
  // What does not come over is told by the status as well.
  expect(first.status).toBe(7);
  expect(first.stderr).toContain('trigger nightly does not come over: it is not about messages of devices');
  expect(first.stderr).toMatch(/trigger lost does not come over: Registry not found/);
  // These are files of an export; the map is none.
  expect(first.stderr).not.toMatch(/(triggers|yds-exports-\w+)\.json: No file/);
  const made = await exports();
  expect(made.map(({ name }) => name).sort()).toEqual(['hall', 'one-device', 'stream', 'telemetry']);
  expect(made.every(({ paused }) => paused)).toBe(true);
  const named = (name: string) => made.find((one) => one['name'] === name);
  const url = 'https://functions.yandexcloud.net/d4efunction?integration=raw';
  expect(named('telemetry')).toMatchObject({
    ...{ source: { registryId }, target: { webhook: { url, format: 'YANDEX_TRIGGER' } } },
    batch: { maxMessages: 1 },
  });
  expect(named('one-device')).toMatchObject({
    source: { registryId, deviceId, mqttTopicFilter: `$devices/${deviceId}/events/#` },
    target: { webhook: { url: 'https://containers.example.com/telemetry' } },
    batch: { maxMessages: 5, cutoff: '10s' },
  });
  expect(named('hall')).toMatchObject({ source: { brokerId }, target: { webhook: { url } } });
  expect(named('stream')).toMatchObject({
    target: { kafka: { topic: 'all', dataStream: { database: '/ru-central1/b1g/etn' } } },
  });

  const second = await migrate();
  expect(second.stderr).toContain('trigger telemetry is an export already');
  expect((await exports()).map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
});
