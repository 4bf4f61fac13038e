import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTargetMap, readTriggers } from './read-triggers.ts';

async function folderWith(content: string | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-triggers-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (content !== undefined) await writeFile(join(folder, 'triggers.json'), content);
  return folder;
}

const read = async (triggers: unknown, targets = {}) => {
  const { exports, others } = await readTriggers(await folderWith(JSON.stringify(triggers)), targets);
  return { bodies: exports.map((one) => 'export' in one && one.export), others };
};

const iot = (fields: object) => ({
  id: 'a1s',
  name: 'telemetry',
  rule: { iot_message: { registry_id: 'are1', invoke_function: { function_id: 'd4e' }, ...fields } },
});

describe('a file of triggers is refused', () => {
  test.each(['{}', 'no JSON', '{"triggers": []}'])('that is no list: %s', async (content) => {
    await expect(readTriggers(await folderWith(content), {})).rejects.toThrow('no JSON list');
  });
});

test.each([undefined, '', '[]'])('a folder may have none: %j', async (content) => {
  expect(await readTriggers(await folderWith(content), {})).toEqual({ exports: [], others: [] });
});

test('a trigger becomes a paused export to the function’s own address, one message a call', async () => {
  const { bodies, others } = await read([iot({ mqtt_topic: '$devices/+/events' })]);
  expect(others).toEqual([]);
  expect(bodies).toEqual([
    {
      name: 'telemetry',
      description: 'Trigger a1s',
      source: { registryId: 'are1', mqttTopicFilter: '$devices/+/events' },
      target: {
        webhook: {
          url: 'https://functions.yandexcloud.net/d4e?integration=raw',
          format: 'YANDEX_TRIGGER',
        },
      },
      paused: true,
    },
  ]);
});

test('its device, its broker, its batches and another address come over', async () => {
  const broker = {
    name: 'Hall 7',
    rule: { iot_broker_message: { broker_id: 'are2', invoke_container: { container_id: 'bba' } } },
  };
  const batch = iot({ device_id: 'are3', batch_settings: { size: '5', cutoff: '10s' } });
  const { bodies } = await read([batch, broker], { bba: 'https://example.com/hall' });
  expect(bodies).toMatchObject([
    { source: { registryId: 'are1', deviceId: 'are3' }, batch: { maxMessages: 5, cutoff: '10s' } },
    {
      name: 'hall-7',
      source: { brokerId: 'are2' },
      target: { webhook: { url: 'https://example.com/hall' } },
    },
  ]);
});

test('what cannot come over is named with the reason', async () => {
  const { bodies, others } = await read([
    { name: 'clock', rule: { timer: {} } },
    {
      name: 'box',
      rule: { iot_message: { registry_id: 'are1', invoke_container: { container_id: 'bba' } } },
    },
    { name: 'lost', rule: { iot_message: { invoke_function: { function_id: 'd4e' } } } },
    'no trigger',
  ]);
  expect(bodies).toEqual([]);
  expect(others.map(({ title, reason }) => `${title}: ${reason}`)).toEqual([
    'trigger clock: it is not about messages of devices',
    'trigger box: what it calls has no address here: name one with --target-map',
    'trigger lost: it names no registry or broker',
    'trigger without a name: it is not about messages of devices',
  ]);
});

test('a map of targets that is none is refused', async () => {
  const folder = await folderWith('{"d4e": 7}');
  await expect(readTargetMap(join(folder, 'triggers.json'))).rejects.toThrow('--target-map');
});
