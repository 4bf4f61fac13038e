import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDataStreams } from './read-data-streams.ts';

async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-data-streams-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

const entry = {
  id: 'are9',
  name: 'Telemetry',
  registry_id: 'are1',
  mqtt_topic_filter: '$devices/+/events/#',
  database: '/ru-central1/b1g/etn',
  stream: 'telemetry',
  service_account_id: 'aje1',
  created_at: '2024-05-01T10:00:00Z',
};

test.each(['{}', 'no JSON', '{"exports": []}'])('a file that is no list is refused: %s', async (content) => {
  const folder = await folderWith({ 'yds-exports-are1.json': content });
  await expect(readDataStreams(folder)).rejects.toThrow('no JSON list');
});

test('a folder may have none, and other files are not looked at', async () => {
  const folder = await folderWith({ 'registries.json': '{}', 'yds-exports-are1.json': '[]' });
  expect(await readDataStreams(folder)).toEqual({ exports: [], others: [] });
});

test('an export to a data stream becomes one here, paused', async () => {
  const { exports, others } = await readDataStreams(await folderWith({ 'yds-exports-are1.json': [entry] }));
  expect(others).toEqual([]);
  expect(exports).toEqual([
    {
      title: 'data stream export Telemetry',
      registryId: 'are1',
      dataStream: {
        ...{ name: 'telemetry', database: '/ru-central1/b1g/etn', stream: 'telemetry', paused: true },
        ...{ mqttTopicFilter: '$devices/+/events/#', serviceAccountId: 'aje1' },
      },
    },
  ]);
});

test('what cannot come over is named with the reason', async () => {
  const entries = [{ ...entry, registry_id: 'are2' }, { name: 'half', database: '/a' }, 7];
  const { exports, others } = await readDataStreams(await folderWith({ 'yds-exports-are1.json': entries }));
  expect(exports).toEqual([]);
  expect(others.map(({ title, reason }) => `${title}: ${reason}`)).toEqual([
    'data stream export Telemetry: it is of the registry are2, and not of are1',
    'data stream export half: it names no database or no stream',
    'data stream export without a name: it names no database or no stream',
  ]);
});
