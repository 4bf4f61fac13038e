/** docs/resilience.md names a test for each thing that no tenant takes from another: they must be there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const [, section = ''] =
  /^## What no tenant takes from another\n(.*?)^## /ms.exec(read('docs/resilience.md')) ?? [];
const cited = [...section.matchAll(/`([\w./-]+\.test\.ts)`: (.+?)(?=<br>| \|$)/gm)];

test('every test that a row names is there, in the file that it names', () => {
  expect(cited.length).toBeGreaterThan(40);
  const missing = cited.filter(([, path = '', title = '']) => {
    return !existsSync(join(repositoryRoot, path)) || !read(path).includes(title);
  });
  expect(missing.map(([, path, title]) => `${path}: ${title}`)).toEqual([]);
});

test('every row names one', () => {
  const rows = section.split('\n').filter((line) => /^\| (?!---|what must hold)/.test(line));
  expect(rows.filter((row) => !row.includes('.test.ts`: '))).toEqual([]);
});
