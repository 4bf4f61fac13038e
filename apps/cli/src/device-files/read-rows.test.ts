import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Account } from '../import/account.ts';
import { type FileFormat, readRows } from './read-rows.ts';

/** Names of the devices of a file with these bytes, and the lines that were refused. */
async function read(format: FileFormat, bytes: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-rows-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'devices');
  writeFileSync(path, bytes);
  const account = new Account();
  const names: unknown[] = [];
  for await (const { value } of readRows(path, format, account))
    names.push((value as { name: unknown }).name);
  return { names, refused: account.shortfalls.map(({ entry, reason }) => [entry, reason]) };
}

const rows = {
  csv: ['name,description', 'one,a', 'two,b', 'three,c'],
  ndjson: ['', '{"name":"one"}', '{"name":"two","description":"b"}', '{"name":"three"}'],
} as const;

test.each(['csv', 'ndjson'] as const)(
  'a row of %s that is no UTF-8 is refused, and the others are read',
  async (format) => {
    const bytes = Buffer.from(rows[format].join('\n'));
    const at =
      bytes.indexOf(format === 'csv' ? 'b' : '"b"', bytes.indexOf('two')) + (format === 'csv' ? 0 : 1);
    // A Cyrillic letter as Windows-1251 has it.
    const damaged = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xed]), bytes.subarray(at + 1)]);
    const { names, refused } = await read(format, damaged);
    expect(names).toEqual(['one', 'three']);
    expect(refused).toEqual([[3, 'It holds bytes that are no UTF-8: save the file in UTF-8.']]);
  },
);

test.each(['csv', 'ndjson'] as const)('a file of %s may begin with a byte order mark', async (format) => {
  const { names, refused } = await read(format, Buffer.from(`\uFEFF${rows[format].join('\r\n')}`));
  expect(names).toEqual(['one', 'two', 'three']);
  expect(refused).toEqual([]);
});
