/** `npm run backup` and `npm run restore`, as they are typed. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openDatabase } from '@iotcore/store';
import {
  type ApiClient,
  Command,
  casesOf,
  connectMqtt,
  fullTest,
  type Installation,
  isFull,
  makeCertificate,
  makePassword,
  programFile,
  refusalOf,
  sharedInstallation,
  startInstallation,
  testDatabase,
} from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './support/npm-start.ts';

const installation = sharedInstallation({ alone: 'a backup holds all that is there' });
/** The commands install nothing here, but they may wait for a database to be made. */
const commandPatienceMs = 60_000;

interface Place {
  readonly dataDir: string;
  /** None: the embedded database of the data folder. */
  readonly databaseUrl?: string;
}

/** Runs a command, which must succeed. */
async function must(
  command: 'backup' | 'restore',
  file: string,
  place: Place,
  ...options: string[]
): Promise<void> {
  expect(await run(command, file, place, ...options)).toMatchObject({ status: 0 });
}

async function run(
  command: 'backup' | 'restore',
  file: string,
  { dataDir, databaseUrl }: Place,
  ...options: string[]
) {
  const [program, ...args] = isFull
    ? ['npm', 'run', '--silent', command, '--', file, ...options]
    : // What that runs.
      [process.execPath, programFile('backup'), command, file, ...options];
  const started = new Command(program as string, args, {
    IOT_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
  });
  await started.line(/^iotcore: |rows of/, commandPatienceMs);
  return { status: await started.status(), text: started.text };
}

const newArchive = async () => join(await temporaryFolder(), 'iotcore.ndjson.gz');

/** What its last line says of each part. */
async function partsOf(file: string): Promise<unknown> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n');
  return JSON.parse(lines.at(-1) ?? '').manifest;
}

/** What a fleet has: every kind of credential, an alias, a retained message, an account with a key. */
async function makeFleet({ api, overTls }: Installation) {
  const password = makePassword();
  const registry = await api.createRegistry({ name: 'fleet', labels: { site: 'north' } });
  await api.addPassword({ registryId: registry.id }, password);
  const device = await api.createDevice(registry.id, { topicAliases: { 'my/': '$devices/{id}/' }, password });
  const certificate = await makeCertificate();
  const certified = await api.createDevice(registry.id);
  await api.addCertificate({ deviceId: certified.id }, certificate.certPem);
  const { response: broker } = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'f', password });
  const accounts = '/ext/v1/serviceAccounts';
  const { response: account } = await api.must('POST', accounts, { folderId: 'f', name: 'back-end' });
  const role = { folderId: registry['folderId'], role: 'viewer' };
  await api.must('POST', `${accounts}/${account.id}/roleBindings`, role);
  const { secret } = await api.must('POST', `${accounts}/${account.id}/apiKeys`, {});
  const session = await connectMqtt({ ...overTls, username: device.id, password });
  await session.publish('my/state/door', 'open');
  const exportPath = await recordForPull(api, registry.id, () => session.publish('my/events', 'unsent'));
  await session.end();
  const path = `/iot-devices/v1/registries/${registry.id}`;
  const registryAsRead = await api.must('GET', path);
  return {
    password,
    registry,
    registryAsRead,
    path,
    device,
    certificate,
    certified,
    broker,
    apiKey: secret as string,
    exportPath,
  };
}

/** An export that nobody has asked yet, with messages in its log. Answers its path. */
async function recordForPull(
  api: ApiClient,
  registryId: string,
  publish: () => Promise<unknown>,
): Promise<string> {
  const body = { source: { registryId }, target: { pull: {} } };
  const { response } = await api.must('POST', '/ext/v1/exports', body);
  const path = `/ext/v1/exports/${response.id}`;
  await expect
    .poll(async () => {
      await publish();
      return (await api.must('GET', `${path}/messages`)).messages.length;
    })
    .toBeGreaterThan(0);
  return path;
}

fullTest('a damaged archive is refused before anything is written', async () => {
  const { dataDir, databaseUrl } = installation();
  const file = await newArchive();
  await must('backup', file, { dataDir, databaseUrl });
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  const damaged: readonly (readonly [string, Uint8Array])[] = [
    ['cut off', bytes.subarray(0, middle)],
    ['of a bit that fell over', bytes.with(middle, (bytes[middle] ?? 0) ^ 1)],
    ['unpacked', gunzipSync(bytes)],
  ];
  for (const [, content] of casesOf(damaged, ([how]) => how === 'cut off')) {
    const broken = await newArchive();
    await writeFile(broken, content);
    const target = { dataDir: join(await temporaryFolder(), 'data') };
    const { status, text } = await run('restore', broken, target);
    expect({ status, text }).toEqual({
      status: 1,
      text: expect.stringMatching(/^iotcore: the archive is damaged/),
    });
    await expect(readdir(target.dataDir)).rejects.toThrow('ENOENT');
  }
});

test('where there is no installation none is made to be archived', async () => {
  const dataDir = join(await temporaryFolder(), 'data');
  const file = await newArchive();
  expect(await run('backup', file, { dataDir })).toEqual({
    status: 1,
    text: expect.stringContaining('no installation'),
  });
  for (const path of [dataDir, file]) await expect(readdir(path)).rejects.toThrow('ENOENT');
});

test('an installation in use is neither overwritten nor given another authority; a file is not replaced', async () => {
  const { dataDir, databaseUrl, api } = installation();
  const { id } = await api.createRegistry();
  const file = await newArchive();
  await must('backup', file, { dataDir, databaseUrl });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await run('backup', file, { dataDir, databaseUrl })).toEqual({
    status: 1,
    text: expect.stringContaining('exists already'),
  });
  expect(await run('restore', file, { dataDir, databaseUrl })).toEqual({
    status: 1,
    text: expect.stringContaining('not empty'),
  });
  await api.must('GET', `/iot-devices/v1/registries/${id}`);

  const other = await temporaryFolder();
  await writeFile(join(other, 'ca.key'), 'of somebody else');
  const empty = await testDatabase();
  expect(await run('restore', file, { dataDir: other, databaseUrl: empty })).toEqual({
    status: 1,
    text: expect.stringContaining('ca.key exists'),
  });
  expect(await readdir(other)).toEqual(['ca.key']);
});

fullTest(
  'taken under writes it has each of them whole or not at all, and all that were answered before',
  async () => {
    const { dataDir, databaseUrl, api } = installation();
    const registry = await api.createRegistry();
    const create = async () => (await api.createDevice(registry.id, { password: makePassword() })).id;
    const before = [await create(), await create()];
    const file = await newArchive();
    let ended = false;
    const backup = must('backup', file, { dataDir, databaseUrl }).finally(() => {
      ended = true;
    });
    let meanwhile = 0;
    const writers = Array.from({ length: 4 }, async () => {
      for (; !ended; meanwhile += 1) await create();
    });
    await Promise.all([backup, ...writers]);
    expect(meanwhile).toBeGreaterThan(0);

    const restored = await testDatabase();
    await must('restore', file, { dataDir: await temporaryFolder(), databaseUrl: restored });
    const { pool, close } = openDatabase(restored, {
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    onTestFinished(close);
    const { rows } = await pool.query<{ id: string; passwords: number; operations: number }>(
      `SELECT id, (SELECT count(*)::int FROM passwords WHERE device_id = d.id) AS passwords,
            (SELECT count(*)::int FROM operations WHERE resource_id = d.id) AS operations
     FROM devices d WHERE registry_id = $1`,
      [registry.id],
    );
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    expect(rows.filter(({ passwords, operations }) => passwords !== 1 || operations !== 1)).toEqual([]);
  },
);

test('restored into an empty installation, everybody gets in as before and finds what was there', async () => {
  const source = installation();
  const fleet = await makeFleet(source);
  const { databaseUrl } = source;
  const file = await newArchive();
  await must('backup', file, { dataDir: source.dataDir, databaseUrl });

  // Neither the folder nor a database is there: both come with it, and the same again is a backup of what stands still.
  const dataDir = join(await temporaryFolder(), 'data');
  await must('restore', file, { dataDir });
  const again = await newArchive();
  await must('backup', again, { dataDir });
  expect(await partsOf(again)).toEqual(await partsOf(file));
  const small = await newArchive();
  await must('backup', small, { dataDir }, '--without-backlog');
  const chunks = { part: 'table export_chunks' };
  expect(await partsOf(file)).toContainEqual(
    expect.objectContaining({ ...chunks, rows: expect.toSatisfy((n) => n > 0) }),
  );
  expect(await partsOf(small)).toContainEqual(expect.objectContaining({ ...chunks, rows: 0 }));

  const programs = ['supervisor'] as const;
  const restored = await startInstallation({ programs, database: 'embedded', dataDir });
  const { api } = restored;
  // The authority that the devices know, and the token that its owner had.
  const known = { port: restored.mqttsPort, caPem: source.caPem };
  const call = { token: source.adminToken };
  expect((await api.call('GET', fleet.path, undefined, call)).body).toEqual(fleet.registryAsRead);
  const withKey = { token: null, headers: { authorization: `Api-Key ${fleet.apiKey}` } };
  expect((await api.call('GET', fleet.path, undefined, withKey)).status).toBe(200);
  expect((await api.call('DELETE', fleet.path, undefined, withKey)).status).toBe(403);

  // What waited to be sent waits still, under the same event IDs, and the cursor goes on from there.
  const waiting = async (from: Installation) =>
    (await from.api.call('GET', `${fleet.exportPath}/messages`, undefined, call)).body.messages;
  expect(await waiting(restored)).toEqual(await waiting(source));
  const [{ position }] = await waiting(restored);
  await api.call('POST', `${fleet.exportPath}:acknowledge`, { position }, call);
  expect(await waiting(restored)).toEqual((await waiting(source)).slice(1));

  const { password } = fleet;
  expect(await refusalOf({ ...known, username: fleet.device.id, password: makePassword() })).toBe(4);
  const registry = await connectMqtt({ ...known, username: fleet.registry.id, password });
  expect(await registry.subscribe('$devices/#')).toEqual([1]);
  expect(await registry.messages.next()).toMatchObject({
    topic: `$devices/${fleet.device.id}/state/door`,
    payload: Buffer.from('open'),
    retain: true,
  });
  const device = await connectMqtt({ ...known, username: fleet.device.id, password });
  await device.publish('my/events', 'by alias');
  expect((await registry.messages.next()).topic).toBe(`$devices/${fleet.device.id}/events`);
  const certified = await connectMqtt({ ...known, certificate: fleet.certificate });
  await certified.publish(`$devices/${fleet.certified.id}/events`, 'by certificate');
  expect((await registry.messages.next()).payload.toString()).toBe('by certificate');
  const broker = await connectMqtt({ ...known, username: fleet.broker.id, password });
  expect(await broker.subscribe('#')).toEqual([1]);
});
