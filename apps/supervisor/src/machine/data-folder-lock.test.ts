import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@iotcore/process';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { lockDataFolder } from './data-folder-lock.ts';

let dataDir: string;
const file = () => join(dataDir, 'lock.json');
const { signal } = new AbortController();
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'iotcore-lock-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

test('a folder that is in use is refused, with the process that uses it', async () => {
  const lock = await lockDataFolder(dataDir, signal);
  await expect(lockDataFolder(dataDir, signal)).rejects.toThrow(StartupError);
  await expect(lockDataFolder(dataDir, signal)).rejects.toThrow(`process ${process.pid}`);
  lock.release();
  expect(existsSync(file())).toBe(false);
});

test('a folder that cannot be written is refused with the setting to change', async () => {
  const absent = join(dataDir, 'absent');
  await expect(lockDataFolder(absent, signal)).rejects.toThrow(StartupError);
  await expect(lockDataFolder(absent, signal)).rejects.toThrow(
    `IOT_DATA_DIR: cannot write to ${absent} (ENOENT)`,
  );
});

test('of many that want it at once exactly one gets it', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockDataFolder(dataDir, signal)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('one that is stopping is waited for, and waiting can be given up', async () => {
  const lock = await lockDataFolder(dataDir, signal);
  lock.announceStop();
  const impatient = new AbortController();
  const givenUp = lockDataFolder(dataDir, impatient.signal);
  impatient.abort();
  await expect(givenUp).rejects.toThrow('aborted');
  const next = lockDataFolder(dataDir, signal);
  lock.release();
  expect((await next).succeeds).toBe(false);
});

test('the lock of a killed process is taken over, and that is told', async () => {
  writeFileSync(file(), JSON.stringify({ id: 'dead', processes: [{ pid: process.pid, began: 'long ago' }] }));
  const lock = await lockDataFolder(dataDir, signal);
  expect(lock.succeeds).toBe(true);
  lock.release();
  expect((await lockDataFolder(dataDir, signal)).succeeds).toBe(false);
});
