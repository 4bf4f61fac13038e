import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CliError } from '../errors.ts';
import { writeWhole } from './write-whole.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function* pieces(failure?: Error) {
  yield 'one\n';
  yield 'two\n';
  if (failure) throw failure;
}

test('what breaks off leaves the file as it was, and no half of a new one', async () => {
  const folder = makeFolder();
  const [old, made] = [join(folder, 'old.csv'), join(folder, 'new.csv')];
  writeFileSync(old, 'old\n');
  const gone = new CliError('the API is gone');
  for (const path of [old, made]) await expect(writeWhole(path, pieces(gone))).rejects.toBe(gone);
  expect(readdirSync(folder)).toEqual(['old.csv']);
  expect(readFileSync(old, 'utf8')).toBe('old\n');
});

test('what cannot be written is told', async () => {
  const folder = makeFolder();
  const nowhere = join(folder, 'nowhere', 'devices.csv');
  await expect(writeWhole(nowhere, pieces())).rejects.toThrow(`${nowhere} cannot be written (ENOENT)`);
  await expect(writeWhole(folder, pieces())).rejects.toThrow(`${folder} cannot be written (EISDIR)`);
  await expect(writeWhole(folder, pieces())).rejects.toBeInstanceOf(CliError);
  expect(readdirSync(folder)).toEqual([]);
});

test('what is whole takes the place of what was there, also through a link', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'old.csv'), 'a longer file than the new one\n');
  symlinkSync('old.csv', join(folder, 'link.csv'));
  await writeWhole(join(folder, 'link.csv'), pieces());
  await writeWhole(join(folder, 'new.csv'), pieces());
  expect(readdirSync(folder)).toEqual(['link.csv', 'new.csv', 'old.csv']);
  for (const name of ['old.csv', 'new.csv'])
    expect(readFileSync(join(folder, name), 'utf8')).toBe('one\ntwo\n');
});

test('a device is written, and stays what it is', async () => {
  await writeWhole('/dev/null', pieces());
  await expect(writeWhole('/dev/null', pieces(new CliError('gone')))).rejects.toThrow('gone');
  expect(readFileSync('/dev/null', 'utf8')).toBe('');
});
