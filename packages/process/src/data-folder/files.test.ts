import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartupError } from '../startup-error.ts';
import {
  createFileWhole,
  makeFolder,
  prepareDataFolder,
  publicMode,
  secretMode,
  writeFileWhole,
} from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iotcore-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const mode = (path: string) => statSync(path).mode & 0o777;

test('a file has just the mode that was asked for, also over an old one with another', async () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'old');
  chmodSync(path, 0o644);
  await writeFileWhole(path, 'new', secretMode);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(mode(path)).toBe(0o600);
  await writeFileWhole(join(folder, 'public'), 'x', publicMode);
  expect(mode(join(folder, 'public'))).toBe(0o644);
});

test('of many that create the same file exactly one does, and its content stays', async () => {
  const path = join(folder, 'once');
  const writers = Array.from({ length: 20 }, (_, number) => `content of ${number}`);
  const wrote = await Promise.all(writers.map((content) => createFileWhole(path, content, secretMode)));
  expect(wrote.filter(Boolean)).toHaveLength(1);
  expect(readFileSync(path, 'utf8')).toBe(writers[wrote.indexOf(true)]);
  expect(readdirSync(folder), 'nothing is left beside it').toEqual(['once']);
});

test('a data folder that cannot be made is refused with the setting to change', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(prepareDataFolder(join(folder, 'file', 'data'))).rejects.toThrow(StartupError);
  await expect(prepareDataFolder(join(folder, 'file', 'data'))).rejects.toThrow(/^IOT_DATA_DIR: /);
});

test('a folder is made with those above it, once or several times, also by many at once', async () => {
  for (let round = 0; round < 50; round += 1) {
    const path = join(folder, String(round), 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
    expect(statSync(path).isDirectory()).toBe(true);
    await makeFolder(path);
  }
  await expect(makeFolder('/')).resolves.toBeUndefined();
});

test.runIf(process.platform === 'linux')(
  'a data folder where the kernel lets nobody make one is refused, and not tried for ever',
  async () => {
    await expect(prepareDataFolder('/proc/iotcore/data')).rejects.toThrow(/^IOT_DATA_DIR: .*ENOENT/);
    await expect(prepareDataFolder('/proc/self/iotcore')).rejects.toThrow(StartupError);
  },
);
