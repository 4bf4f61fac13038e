import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullTest, startInstallation, testDatabase } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { expectRefusal } from '../support/answers.ts';

const onlyApi = { programs: ['api'] } as const;
const registries = '/iot-devices/v1/registries';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('the first start leaves an admin token and a sample, readable by their owner alone; the second keeps both', async () => {
  const installation = await startInstallation({ ...onlyApi, sample: true });
  const { api, dataDir } = installation;
  expect(await modeOf(join(dataDir, 'admin.token'))).toBe('600');
  expect(await modeOf(join(dataDir, 'sample.json'))).toBe('600');
  const sample = JSON.parse(await readFile(join(dataDir, 'sample.json'), 'utf8'));
  expect(Object.keys(sample)).toEqual([
    'folderId',
    'registryId',
    'registryPassword',
    'deviceId',
    'devicePassword',
  ]);
  const { registries: listed } = await api.must('GET', `${registries}?folderId=${sample.folderId}`);
  expect(listed).toMatchObject([{ id: sample.registryId, status: 'ACTIVE' }]);
  const { devices } = await api.must('GET', `/iot-devices/v1/devices?registryId=${sample.registryId}`);
  expect(devices).toMatchObject([{ id: sample.deviceId }]);

  const files = () =>
    Promise.all(['admin.token', 'sample.json'].map((name) => readFile(join(dataDir, name), 'utf8')));
  const before = await files();
  await installation.program('api').stop();
  installation.start('api');
  await installation.ready();
  expect(await files()).toEqual(before);
  expect((await api.call('GET', `${registries}?folderId=default`)).status).toBe(200);
});

fullTest('there is no sample when it is off, and what is no token is replaced', async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, 'admin.token'), 'not a token\n', { mode: 0o644 });
  const { adminToken } = await startInstallation({ ...onlyApi, dataDir, sample: false });
  await expect(stat(join(dataDir, 'sample.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(adminToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await modeOf(join(dataDir, 'admin.token'))).toBe('600');
});

fullTest(
  'there is no sample in a database that was used; a token of another database is replaced',
  async () => {
    const database = await testDatabase();
    const second = await folder();
    const { api, adminToken } = await startInstallation({ ...onlyApi, database, sample: false });
    const { id } = await api.createRegistry();
    await api.must('DELETE', `${registries}/${id}`);

    const foreign = await startInstallation({ ...onlyApi, sample: false });
    const answer = await foreign.api.call('GET', `${registries}?folderId=f`, undefined, {
      token: adminToken,
    });
    expectRefusal(answer, 'UNAUTHENTICATED');
    await writeFile(join(second, 'admin.token'), `${foreign.adminToken}\n`);
    const other = await startInstallation({ ...onlyApi, database, dataDir: second, sample: true });
    await expect(stat(join(second, 'sample.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(other.adminToken).not.toBe(foreign.adminToken);
    expect((await other.api.call('GET', `${registries}?folderId=f`)).status).toBe(200);
  },
);

fullTest('processes that start together on one database take each other’s tokens', async () => {
  const database = await testDatabase();
  const all = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const options = { ...onlyApi, database, dataDir: await folder(), sample: true, waitUntilReady: false };
      return startInstallation(options);
    }),
  );
  await Promise.all(all.map((installation) => installation.ready()));
  const { api } = all[0] as (typeof all)[number];
  for (const { adminToken } of all) {
    const { status, body } = await api.call('GET', `${registries}?folderId=default`, undefined, {
      token: adminToken,
    });
    expect([status, body.registries.length]).toEqual([200, 1]);
  }
});

fullTest('a taken port ends the start at once with a line that says so', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  onTestFinished(() => void server.close());
  const installation = await startInstallation({
    ...onlyApi,
    env: { IOT_API_PORT: String(port) },
    waitUntilReady: false,
  });
  expect(await installation.program('api').waitExit()).toEqual({ code: 1, signal: null });
  expect(installation.logs()).toMatch(new RegExp(`api: IOT_API_PORT: port ${port} of 127.0.0.1 is taken`));
});
