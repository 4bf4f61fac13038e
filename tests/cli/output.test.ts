import { createId } from '@iotcore/model';
import { connectMqtt, eventually, makePassword, sharedInstallation } from '@iotcore/testkit';
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

  test.each([
    [['config', 'profile', 'list'], 'no profiles: what runs on the data folder is used'],
    [['registry', 'metrics'], 'no figures: the registry did nothing in that time'],
    [['registry', 'list-device-topic-aliases'], 'no topic aliases'],
    [['device', 'list', '--registry-id'], 'no devices in this registry'],
    [['device', 'list', '--online', '--registry-id'], 'no such devices in this registry'],
    [['migrate', 'status', '--devices', 'adopted', '--registry-id'], 'no such devices'],
    [['migrate', 'status', '--folder-id'], 'no registries and no brokers'],
  ])('that are empty are a sentence to a person: %j', async (command, sentence) => {
    const { api, apiUrl, adminToken } = installation();
    const { id } = await api.createRegistry();
    const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
    const line = command[0] === 'config' ? command : [...command, id];
    const { status, stdout, stderr } = await iotcore(line, { env });
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toContain(sentence);
  });

  test('that are empty in one folder tell a person which folders hold something', async () => {
    const { api, apiUrl, adminToken } = installation();
    await api.createRegistry({ folderId: 'somewhere-else' });
    const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
    const { stdout, stderr } = await iotcore(['registry', 'list', '--folder-id', 'nothing-here'], { env });
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^no registries in the folder nothing-here; there is something in [^*]+ \(--folder-id\)\n$/,
    );
    for (const [filter, what] of [[[], 'devices'] as const, [['--online'], 'such devices'] as const]) {
      const devices = await iotcore(['device', 'list', '--folder-id', 'nothing-here', ...filter], { env });
      expect(devices.stdout).toBe('');
      expect(devices.stderr).toContain(`no ${what} in the folder nothing-here; there is something in `);
    }
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

describe('the status of a move', () => {
  const moved = 'moved';
  const status = (...line: string[]) => print('migrate', 'status', '--folder-id', moved, ...line);

  /** Two registries, the older one with the newer devices, in whatever order; one device has been seen. */
  async function move() {
    const { api, overTls } = installation();
    const [cellar, attic] = [createId(), createId()];
    const device = (registryId: string, name: string, year: number) => ({
      id: createId(),
      registryId,
      name,
      createdAt: `${year}-01-01T00:00:00Z`,
    });
    const seen = device(attic, 'attic-seen', 2022);
    await api.must('POST', '/ext/v1/import', {
      registries: [
        { id: cellar, name: 'cellar', folderId: moved, createdAt: '2019-06-01T00:00:00Z' },
        { id: attic, name: 'attic', folderId: moved, createdAt: '2018-06-01T00:00:00Z' },
      ],
      devices: [
        device(cellar, 'cellar-old', 2020),
        device(attic, 'attic-new', 2024),
        seen,
        device(attic, 'attic-old', 2023),
      ],
    });
    const password = makePassword();
    await api.addPassword({ deviceId: seen.id }, password);
    await (await connectMqtt({ ...overTls, username: seen.id, password })).end();
    await eventually(
      'the device seen',
      async () =>
        (await api.must('GET', `/ext/v1/migrationStatus?folderId=${moved}`)).registries[0].seen === 1,
    );
    return { attic, cellar };
  }

  test('counts, and lists the devices registry by registry, oldest first', async () => {
    const { attic, cellar } = await move();
    const counts = JSON.parse(await status('--format', 'json'));
    expect(counts.registries).toMatchObject([
      { registry_id: attic, name: 'attic', devices: 3, seen: 1, not_seen: 2, with_password: 1 },
      { registry_id: cellar, name: 'cellar', devices: 1, seen: 0, not_seen: 1, without_credential: 1 },
    ]);
    const table = await status();
    expect(table).toMatch(
      /^REGISTRY ID +NAME +DEVICES +SEEN +NOT SEEN +CERTIFICATE +PASSWORD +ADOPTED +NEITHER/,
    );
    expect(table).toMatch(new RegExp(`^${attic} +attic +3 +1 +2 +0 +1 +0 +2 +off$`, 'm'));
    expect(table).toMatch(new RegExp(`^${cellar} +cellar +1 +0 +1 +0 +0 +0 +1 +off$`, 'm'));

    const expected = ['attic-old', 'attic-new', 'cellar-old'];
    const devices = JSON.parse(await status('--devices', 'not-seen', '--format', 'json'));
    expect(devices.map(({ name }: { name: string }) => name)).toEqual(expected);
    expect(devices[2]).toMatchObject({ registry_id: cellar, has_password: false });
    const namesIn = (text: string) => text.match(/\b(attic|cellar)-\w+/g);
    expect(namesIn(await status('--devices', 'not-seen'))).toEqual(expected);
    expect(namesIn(await status('--devices', 'not-seen', '--limit', '2'))).toEqual(expected.slice(0, 2));
  });
});

test('what a device says of itself does nothing to the terminal that shows it, and is handed on to a program as it is', async () => {
  const { api, apiUrl, adminToken } = installation();
  const { id: registryId } = await api.createRegistry();
  const { id } = await api.createDevice(registryId);
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  const said = 'warm\u001b]0;owned\u0007\n\u202egnp\n';
  await iotcore(['device', 'state', 'set', id, '-m', said], { env });
  const get = async (isTerminal: boolean) =>
    (await iotcore(['device', 'state', 'get', id], { env, isTerminal })).stdout;
  expect(await get(false)).toBe(said);
  expect(await get(true)).toBe('warm\\u{1b}]0;owned\\u{7}\n\\u{202e}gnp\n');
});

test('a disabled device or broker is shown with its end, to people alone; its status stays that of the old service', async () => {
  const { api, apiUrl, adminToken } = installation();
  const { id: registryId } = await api.createRegistry({ folderId: 'kept-out' });
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  const say = async (...line: string[]) => {
    const { status, stdout, stderr } = await iotcore(line, { env });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const [device, sibling] = [await api.createDevice(registryId), await api.createDevice(registryId)];
  const { response: broker } = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'kept-out' });
  const end = '2999-01-01T00:00:00.000Z';
  await say('device', 'disable', device.id, '--until', '2999-01-01T00:00:00Z', '--note', 'lost');
  await say('broker', 'disable', broker.id);

  expect(await say('device', 'get', device.id)).toMatch(
    new RegExp(`^disabled +until ${end} \\(lost\\)$`, 'm'),
  );
  expect(await say('device', 'get', sibling.id)).not.toContain('disabled');
  expect(await say('broker', 'get', broker.id)).toMatch(/^disabled +until it is enabled$/m);
  const asJson = JSON.parse(await say('device', 'get', device.id, '--format', 'json'));
  expect(asJson).toMatchObject({ status: 'ACTIVE' });
  expect(asJson).not.toHaveProperty('disabled');

  for (const where of [
    ['--registry-id', registryId],
    ['--folder-id', 'kept-out'],
  ]) {
    const devices = await say('device', 'list', ...where);
    expect(devices).toMatch(
      new RegExp(`^${device.id} .* ACTIVE +\\d{4}-\\S+ +until ${end} \\(lost\\)$`, 'm'),
    );
    expect(devices).toMatch(new RegExp(`^${sibling.id} .* ACTIVE {2,}\\d{4}-\\S+$`, 'm'));
    const neverSeen = await say('device', 'list', ...where, '--never-seen');
    expect(neverSeen).toMatch(new RegExp(`^${device.id} .* no +never +until ${end} \\(lost\\)$`, 'm'));
    expect(neverSeen).toMatch(new RegExp(`^${sibling.id} .* no +never$`, 'm'));
  }
  const brokers = await say('broker', 'list', '--folder-id', 'kept-out');
  expect(brokers).toMatch(new RegExp(`^${broker.id} .* ACTIVE +until it is enabled `, 'm'));
  await say('device', 'enable', device.id);
  expect(await say('device', 'get', device.id)).not.toContain('disabled');
});

test('the audit shows the names of codes to people, and the numbers of the API to programs', async () => {
  const { api, apiUrl, adminToken } = installation();
  const { id } = await api.createRegistry({ folderId: 'audited', name: 'once' });
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  await iotcore(['registry', 'create', 'once', '--folder-id', 'audited'], { env });
  const list = ['audit', 'list', '--folder-id', 'audited'];
  const { stdout } = await iotcore(list, { env });
  expect(stdout).toMatch(/ ALREADY_EXISTS$/m);
  expect(stdout).toMatch(new RegExp(` ${id} .* OK$`, 'm'));
  const codes = JSON.parse((await iotcore([...list, '--format', 'json'], { env })).stdout);
  expect(codes.map(({ code }: { code: number }) => code)).toEqual([6, 0]);
});

test('the folder * is explained where it is listed', async () => {
  const { apiUrl, adminToken } = installation();
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  const { stdout } = await iotcore(['folder', 'list'], { env });
  expect(stdout).toMatch(/^\* +ACTIVE +no folder: accounts of the whole installation$/m);
  expect(stdout).toMatch(/^ID +STATUS +NOTE$/m);
});

test.each([
  [['refused', 'list', '--claimed-id', 'nobody-at-all'], 'no such client was refused'],
  [['audit', 'list', '--caller-id', 'nobody-at-all'], 'no such audit events'],
  [
    ['service-account', 'list', '--folder-id', 'nothing-here'],
    'no service accounts in the folder nothing-here',
  ],
])('%s finds nothing, and says so to people alone', async (line, said) => {
  const { apiUrl, adminToken } = installation();
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  expect(await iotcore(line, { env })).toEqual({ status: 0, stdout: '', stderr: `${said}\n` });
  const asJson = await iotcore([...line, '--format', 'json'], { env });
  expect(asJson).toEqual({ status: 0, stdout: '[]\n', stderr: '' });
});
