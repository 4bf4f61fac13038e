/**
 * The commands of the pages that measure, each as it stands and as short as its options allow: what they measure is no promise, but a
 * renamed option, a load that has gone or a script that breaks off is found.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const linesOf = (page: string) =>
  [...read(page).matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/ +#.*/, ''))
    .filter((line) => line !== '');

/** What makes a command short: the last of two equal options counts. A load is chosen where the page chooses none. */
const pages = {
  'docs/benchmarks.md': {
    options: '--rounds 1 --share 0.01',
    load: 'in-0',
    rows: /^\| 50 → 1, QoS 0 .* \|$/m,
  },
  'docs/topics-cost.md': {
    options: '--rounds 1 --devices 100',
    load: 'telemetry-0',
    rows: /^\| .* \| \d+\.\d\d \|/m,
  },
  // Its last row is the last one of gRPC beside REST.
  'docs/api-performance.md': {
    options: '--devices 1000 --calls 20',
    load: undefined,
    rows: /^\| list 1,000 devices \|/m,
  },
} as const;

const commands = Object.entries(pages).flatMap(([page, way]) =>
  linesOf(page)
    .filter((line) => !line.startsWith('apt-get '))
    .map((line) => ({ line, page, ...way })),
);

test.each(commands)('$line', async ({ line, options, load, rows }) => {
  expect(line).toMatch(/^npm run bench/);
  const folder = mkdtempSync('/tmp/iotcore-bench-docs-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const written = line.replace('--write docs', `--write ${folder}`);
  const chosen = load === undefined || line.includes('--loads') ? '' : ` --loads ${load}`;
  const separator = line.includes(' -- ') ? '' : ' --';
  const command = new Command('bash', ['-c', `${written}${separator} ${options}${chosen}`]);
  const status = await command.status();
  expect(command.text).toMatch(rows);
  // That a ratio was too large on this machine, in a few calls, is no fault of the command.
  if (!command.text.includes('MISSED')) expect(status, command.text).toBe(0);
  if (written !== line) expect(existsSync(join(folder, 'benchmarks.svg'))).toBe(true);
});

test('the packages that the pages ask for are those that the tests with Debian install', () => {
  const asked = Object.keys(pages).flatMap((page) =>
    [...read(page).matchAll(/apt-get install ([^`\n]+)/g)].flatMap(([, names = '']) => names.split(' ')),
  );
  expect(asked).toEqual(expect.arrayContaining(['mosquitto', 'gcc', 'libssl-dev']));
  const installed = /apt-get install -y (.*)/.exec(read('.ci/install-clients'))?.[1]?.split(' ');
  expect(installed).toEqual(expect.arrayContaining(asked));
});
