import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@iotcore/process';
import { listen } from '@iotcore/testkit';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { lockDataFolder } from './data-folder-lock.ts';

let dataDir: string;
const file = () => join(dataDir, 'lock.json');
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'iotcore-lock-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

test('a folder that is in use is refused, with the process that uses it', async () => {
  const lock = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(StartupError);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  expect(existsSync(file())).toBe(false);
});

test('of many that want it at once exactly one gets it', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockDataFolder(dataDir)));
  const got = tries.filter((one) => one.status === 'fulfilled');
  expect(got).toHaveLength(1);
  await got[0]?.value.release();
});

test.each([
  ['of a killed process', { pid: 1, port: 1, word: 'gone' }],
  ['that is broken', 'no JSON'],
])('a lock %s is taken over, and that is told', async (_what, content) => {
  writeFileSync(file(), typeof content === 'string' ? content : JSON.stringify(content));
  const lock = await lockDataFolder(dataDir);
  expect(lock.takenOver).toBe(true);
  await lock.release();
  const fresh = await lockDataFolder(dataDir);
  expect(fresh.takenOver).toBe(false);
  await fresh.release();
});

test('whoever else listens on the port of a killed process is not taken for it', async () => {
  const port = await listen((socket) => socket.end('something else, and rather long, that is not the word'));
  writeFileSync(file(), JSON.stringify({ pid: 1, port, word: 'the word' }));
  const lock = await lockDataFolder(dataDir);
  expect(JSON.parse(readFileSync(file(), 'utf8')).pid).toBe(process.pid);
  await lock.release();
});
