import { sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { iotcore } from './support/iotcore.ts';

const installation = sharedInstallation();
const folderId = 'output';

async function print(...line: string[]): Promise<string> {
  const { apiUrl, adminToken } = installation();
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken, IOTCORE_FOLDER_ID: folderId };
  const outcome = await iotcore(line, { env });
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome.stdout;
}

describe('results', () => {
  test('say the same in every format, and nothing but that goes to standard output', async () => {
    const { api } = installation();
    const { id: registryId } = await api.createRegistry({ folderId });
    const created = await print(
      ...['device', 'create', 'pump', '--registry-id', registryId, '--format', 'json'],
      ...[
        '--topic-aliases',
        'myPump/E=$devices/{id}/events',
        '--labels',
        'hall=7',
        '--description',
        '\u001b[31mred\u202e',
      ],
    );
    const device = JSON.parse(created);
    expect(device).toMatchObject({
      registry_id: registryId,
      labels: { hall: '7' },
      topic_aliases: { 'myPump/E': `$devices/${device.id}/events` },
      description: '\u001b[31mred\u202e',
    });
    expect(created).not.toMatch(/[^\x20-\x7e\n]/);
    expect(parse(await print('device', 'get', device.id, '--format', 'yaml'))).toEqual(device);
    expect(JSON.parse(await print('device', 'get', device.id, '--format', 'json-rest'))).toMatchObject({
      registryId,
      topicAliases: device.topic_aliases,
    });
    const table = await print('device', 'get', device.id);
    expect(table).toMatch(/^description +\\u\{1b\}\[31mred\\u\{202e\}$/m);
    const lists = ['json', 'yaml'].map((format) =>
      print('device', 'list', '--registry-id', registryId, '--format', format),
    );
    const [json = '', yaml = ''] = await Promise.all(lists);
    expect(JSON.parse(json)).toEqual(parse(yaml));
    expect(JSON.parse(json)).toMatchObject([{ id: device.id }]);
  });

  test('are an empty list where there is nothing', async () => {
    const empty = ['broker', 'list', '--folder-id', 'nothing-here', '--format'];
    expect(await print(...empty, 'json')).toBe('[]\n');
    expect(await print(...empty, 'yaml')).toBe('[]\n');
    expect(await print(...empty, 'table')).toBe('');
  });

  test('go on over all pages, or to the limit', async () => {
    const { api } = installation();
    const { id } = await api.createRegistry({ folderId });
    const names = Array.from({ length: 5 }, (_, number) => `device-${number}`);
    await Promise.all(names.map((name) => api.createDevice(id, { name })));
    const all = JSON.parse(await print('device', 'list', '--registry-id', id, '--format', 'json'));
    expect(all.map(({ name }: { name: string }) => name).sort()).toEqual(names);
    const some = JSON.parse(
      await print('device', 'list', '--registry-id', id, '--limit', '3', '--format', 'json'),
    );
    expect(some).toEqual(all.slice(0, 3));
  });
});
