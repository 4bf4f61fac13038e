import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { StartupError } from '../startup-error.ts';
import { findDatabaseUrl, readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'iotcore-run-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const url = 'postgresql://postgres:hunter2@127.0.0.1:20000/postgres';
const running = { pid: process.pid, databaseUrl: new Secret(url), addresses: { api: 'http://127.0.0.1:1' } };
const nowhere = { dataDir: '/nonexistent', databaseUrl: undefined };

test('without a database of either kind it is said how to get one', async () => {
  await expect(findDatabaseUrl(nowhere)).rejects.toThrow(StartupError);
  await expect(findDatabaseUrl(nowhere)).rejects.toThrow(/DATABASE_URL.*npm run db/);
});

test('the file of a process that was killed, or a broken one, counts as none', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeRunFile(dataDir, { ...running, pid });
  expect(await readRunFile(dataDir)).toBeUndefined();
  await writeRunFile(dataDir, running);
  const text = readFileSync(join(dataDir, 'run.json'), 'utf8');
  writeFileSync(join(dataDir, 'run.json'), text.replace(/"began": "[^"]*"/, '"began": "long ago"'));
  expect(await readRunFile(dataDir), 'its process ID is used again').toBeUndefined();
  writeFileSync(join(dataDir, 'run.json'), '{"pid":');
  expect(await readRunFile(dataDir)).toBeUndefined();
});

test('what runs is found, until it says that it ends; the file is for its owner alone', async () => {
  await writeRunFile(dataDir, running);
  expect(statSync(join(dataDir, 'run.json')).mode & 0o777).toBe(0o600);
  expect((await readRunFile(dataDir))?.addresses).toEqual(running.addresses);
  expect((await findDatabaseUrl({ dataDir, databaseUrl: undefined })).reveal()).toBe(url);
  await removeRunFile(dataDir);
  expect(await readRunFile(dataDir)).toBeUndefined();
});

test('the database that is set goes first', async () => {
  await writeRunFile(dataDir, running);
  const databaseUrl = new Secret('postgresql://elsewhere/x');
  expect(await findDatabaseUrl({ dataDir, databaseUrl })).toBe(databaseUrl);
});
