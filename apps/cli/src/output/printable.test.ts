import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonText, yamlText } from './documents.ts';
import { printable } from './printable.ts';
import { cellText, tableLines } from './table.ts';

/** Moves the cursor, sets a title, turns the reading direction, hides, breaks the line. */
const hostile = 'a\u001b[2J\u009b1mb\u202ec\u2066d\u200be\r\nf\u007f\u{e0041}\ufeffg';
const dangerous = /[^\x20-\x7e\n]/u;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('what others wrote', () => {
  test('does nothing to the terminal that shows it', () => {
    expect(printable(hostile)).toBe(
      'a\\u{1b}[2J\\u{9b}1mb\\u{202e}c\\u{2066}d\\u{200b}e\\r\\nf\\u{7f}\\u{e0041}\\u{feff}g',
    );
    expect(cellText({ [hostile]: hostile })).not.toMatch(dangerous);
    expect(cellText([hostile])).not.toMatch(dangerous);
  });

  test('is itself if it prints as itself, in any script', () => {
    for (const text of ['теплица', '温室', 'é', '🌱', '"quotes" and \\u{1b}'])
      expect(printable(text)).toBe(text);
  });

  test('reads back from JSON and YAML as it was', async () => {
    const value = { name: hostile, list: [{ [hostile]: 'x' }], plain: 'yes', at: '2026-11-22T18:51:54.380Z' };
    for (const document of [jsonText(value), jsonText(value, 2), await yamlText(value)])
      expect(document).not.toMatch(dangerous);
    expect(JSON.parse(jsonText(value, 2))).toEqual(value);
    expect(parse(await yamlText(value))).toEqual(value);
  });

  test('keeps to its cell', async () => {
    const rows = [{ name: hostile }, { name: 'ok' }];
    const lines = await all(tableLines(rows, [{ title: 'NAME', value: ({ name }) => name }]));
    expect(lines).toHaveLength(3);
  });
});

test('a table is as wide as its rows, and has no heading without any', async () => {
  const columns = [
    { title: 'ID', value: ({ id }: { id: string; labels?: object }) => id },
    { title: 'LABELS', value: ({ labels }: { labels?: object }) => labels },
  ];
  const rows = [{ id: 'long-one', labels: { a: '1', b: '2' } }, { id: 'x' }];
  expect(await all(tableLines(rows, columns))).toEqual(['ID        LABELS', 'long-one  a=1, b=2', 'x']);
  expect(await all(tableLines([], columns))).toEqual([]);
});

test('a list of any length is printed as it comes, heading once', async () => {
  let taken = 0;
  async function* many() {
    for (let number = 0; number < 2500; number += 1) {
      taken += 1;
      yield { number };
    }
  }
  const lines = tableLines(many(), [{ title: 'N', value: ({ number }) => number }]);
  await lines.next();
  expect(taken).toBe(1000);
  const rest = await all(lines);
  expect(rest).toHaveLength(2500);
  expect(rest.at(-1)).toBe('2499');
});
