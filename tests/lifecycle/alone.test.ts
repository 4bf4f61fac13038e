/** Each part can be started by itself. */
import { readdir } from 'node:fs/promises';
import { fullTest, testDatabase } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { folderWithDatabase, npmRun, npmStart, temporaryFolder, thePostgres } from './support/npm-start.ts';

test('npm run db, api and mqtt together are an installation, and each stops by itself', async () => {
  const dataDir = await folderWithDatabase();
  const db = await npmRun('db', dataDir).ready(/The database of .* is ready/);
  const api = await npmRun('api', dataDir).ready(/Server listening at|created a sample/);
  const mqtt = await npmRun('mqtt', dataDir).ready(/"msg":"serving"/);
  for (const part of [mqtt, api, db]) {
    part.command.kill('SIGINT');
    expect(await part.command.status(), part.command.text).toBe(0);
    await part.nothingIsLeft();
  }
});

fullTest(
  'with a database that is brought along, none is embedded, and no sample is put into it',
  async () => {
    const start = await npmStart(await temporaryFolder(), { DATABASE_URL: await testDatabase() });
    expect(start.family.filter(({ command }) => thePostgres.test(command))).toEqual([]);
    expect((await readdir(start.dataDir)).filter((name) => /postgres|sample/.test(name))).toEqual([]);
    start.command.kill('SIGINT');
    expect(await start.command.status(), start.command.text).toBe(0);
    await start.nothingIsLeft();
  },
);

fullTest('a data folder below one that is closed to everybody else works too', async () => {
  const closed = await temporaryFolder();
  const start = await npmStart(`${closed}/clone/data`);
  start.command.kill('SIGINT');
  expect(await start.command.status(), start.command.text).toBe(0);
  await start.nothingIsLeft();
});
