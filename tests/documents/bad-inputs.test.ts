/** docs/bad-inputs.md promises a row for each bad input, and tests for each row: they must be there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const page = read('docs/bad-inputs.md');

const files = new Map(
  [...page.matchAll(/^\| ([\w-]+) \| `([^`]+)` \|$/gm)].map(([, name = '', path = '']) => [name, path]),
);
const rows = [...page.matchAll(/^\| ([A-K]\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(
  ([, id = '', input = '', outcome = '', tests = '']) => ({ id, input, outcome, tests: tests.split('<br>') }),
);

/** How many rows each group has. */
const ofClients = { A: 13, B: 22, C: 15, D: 20, E: 19, F: 10, G: 22, H: 9 };
const groups = { ...ofClients, I: 7, J: 8, K: 9 };

/** A title as it stands in a file: a string, with the statements of MQTT after it or without. */
function hasTitle(text: string, title: string): boolean {
  return ["'", '"', '`'].some(
    (quote) =>
      text.includes(`${quote}${title}${quote}`) ||
      text.includes(`${quote}${title} [MQTT`) ||
      text.includes(`${quote}${title.replaceAll("'", "\\'")}${quote}`),
  );
}

test('every bad input has a row with an outcome', () => {
  const ids = Object.entries(groups).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  expect(rows.map(({ id }) => id)).toEqual(ids);
  expect(ids).toHaveLength(154);
});

/** The rows that the page lists in parentheses after these words. */
const listed = (words: string) => new RegExp(`${words} \\(([^)]*)\\)`).exec(page)?.[1]?.split(', ') ?? [];

test('the table of docs/resilience.md has as many of each group as the rows are, by the way that they are sent', () => {
  const numbers = [...read('docs/resilience.md').matchAll(/^\| ([A-H])\. .*$/gm)].map(([line]) =>
    line
      .split('|')
      .slice(2, 6)
      .map((cell) => Number.parseInt(cell, 10) || 0),
  );
  const [insideTls, byApi] = [listed('only inside TLS'), listed('only as requests of the API')];
  expect(numbers).toEqual(
    Object.entries(ofClients).map(([letter, all]) => {
      const ofGroup = (ids: readonly string[]) => ids.filter((id) => id.startsWith(letter)).length;
      const isApi = letter === 'G' || letter === 'H';
      const requests = letter === 'G' ? all - 1 : isApi ? all : ofGroup(byApi);
      const overBoth = isApi ? 0 : all - ofGroup(insideTls) - requests;
      return [all, overBoth, ofGroup(insideTls), requests];
    }),
  );
});

test('every row but G20, I, and what only code or a NATS can be given has a test against real processes, in a file whose installation the harness watches', () => {
  const isWatched = (cited: string) => {
    const path = files.get(cited.split(':')[0] ?? '') ?? '';
    // The cases of the codec are sent by tests/bad-inputs/wire.test.ts.
    if (path.endsWith('.json')) return true;
    return path.startsWith('tests/') && /\b(shared|watched|exporting)Installation\(/.test(read(path));
  };
  const sent = rows.filter(({ id }) => !id.startsWith('I'));
  expect(sent.filter(({ tests }) => !tests.some(isWatched)).map(({ id }) => id)).toEqual([
    'G20',
    ...['J5', 'J6', 'J7', 'J8'],
  ]);
});

test('every test that a row names is there, in the file that it names', () => {
  const missing = rows.flatMap(({ id, tests }) =>
    tests
      .filter((cited) => {
        const [, name = '', title = ''] = /^([\w-]+): (.+)$/.exec(cited) ?? [];
        const path = files.get(name);
        return path === undefined || !hasTitle(read(path), title);
      })
      .map((cited) => `${id}: ${cited}`),
  );
  expect(missing).toEqual([]);
});

test('every file that is named has a row that needs it', () => {
  const cited = new Set(rows.flatMap(({ tests }) => tests.map((one) => one.split(':')[0])));
  expect([...files.keys()].filter((name) => !cited.has(name))).toEqual([]);
});
