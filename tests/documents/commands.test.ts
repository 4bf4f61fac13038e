/**
 * Every page with commands is run by a test, or stands here with the reason why it is not. Both ways: a page, and a block of a page,
 * that nobody has thought of fails, and so does a line here that nothing stands behind.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const blocksOf = (path: string) =>
  [...read(path).matchAll(/^ *```(?:sh|bash|shell|console)\n(.*?)^ *```/gms)].map(([, block = '']) => block);

const pages = globSync(['*.md', 'docs/**/*.md', 'scripts/release/*.md'], { cwd: repositoryRoot })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => blocksOf(path).length > 0)
  .sort();

/** The tests that run what a page says; each reads the page itself, so that what it says and what is run cannot part. */
const run: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['tests/debian/first-five-minutes.test.ts'],
  'docs/api.md': ['tests/api/documents/documented-examples.test.ts'],
  'docs/api-performance.md': ['tests/debian/benchmarks.test.ts'],
  'docs/backup.md': ['tests/documents/backup.test.ts'],
  'docs/benchmarks.md': ['tests/debian/benchmarks.test.ts'],
  'docs/cli.md': ['tests/cli/documented-examples.test.ts'],
  'docs/clients.md': [
    'tests/documents/clients.test.ts',
    'tests/grpc/reflection.test.ts',
    'tests/sdk-yandex/documented.test.ts',
  ],
  'docs/migration/README.md': ['tests/migration/guide.test.ts'],
  'docs/cluster.md': ['tests/lifecycle/several-processes.test.ts', 'tests/debian/nats-account.test.ts'],
  'docs/production.md': ['tests/documents/production.test.ts'],
  // A step of CI has its commands as they stand.
  'docs/resilience.md': ['.ci/run'],
  'docs/sdks.md': ['scripts/release/try.ts'],
  'docs/testing.md': ['tests/documents/testing.test.ts'],
  'docs/topics-cost.md': ['tests/debian/benchmarks.test.ts'],
  'docs/tutorials/alarms.md': ['tests/documents/tutorials.test.ts'],
  'docs/tutorials/database.md': ['tests/documents/tutorials.test.ts'],
  'docs/tutorials/delivery.md': ['tests/documents/tutorials.test.ts'],
  'docs/tutorials/emulation.md': ['tests/documents/tutorials.test.ts'],
  'docs/tutorials/watching.md': ['tests/documents/tutorials.test.ts'],
  'scripts/release/iotcore.md': ['scripts/release/try.ts'],
};

/** A page in Russian whose blocks are, byte for byte, those of the page in English. */
const translated: Readonly<Record<string, string>> = {
  'README.ru.md': 'README.md',
  'docs/migration/README.ru.md': 'docs/migration/README.md',
  'docs/production.ru.md': 'docs/production.md',
};

/** Blocks that no test runs, by how they begin, and why. */
const othersTools = 'a tool that comes from another registry than npm and Debian';
const excuses: readonly { readonly page: string; readonly begins: string; readonly reason: string }[] = [
  { page: 'docs/sdks.md', begins: 'go install', reason: othersTools },
  { page: 'docs/sdks.md', begins: 'pip install', reason: othersTools },
  {
    page: 'docs/sdks.md',
    begins: 'npx @openapitools/openapi-generator-cli generate -i docs/openapi-3.0.yaml -g python',
    reason: othersTools,
  },
  {
    page: 'docs/sdks.md',
    begins: 'npx @openapitools/openapi-generator-cli generate -i docs/openapi-3.0.yaml -g java',
    reason: othersTools,
  },
];

const isExcused = (page: string, block: string) =>
  excuses.some((excuse) => excuse.page === page && block.startsWith(excuse.begins));

describe.each(pages)('%s', (page) => {
  test('its commands are run by a test, or a reason why they are not stands here', () => {
    const original = translated[page];
    if (original !== undefined) {
      const lines = blocksOf(original).join('').split('\n');
      expect(
        blocksOf(page).flatMap((block) => block.split('\n').filter((line) => !lines.includes(line))),
      ).toEqual([]);
      return;
    }
    if (run[page] === undefined)
      expect(blocksOf(page).filter((block) => !isExcused(page, block))).toEqual([]);
  });
});

test('every test that runs a page is there, and reads the page', () => {
  for (const [page, tests] of Object.entries(run)) {
    expect(
      blocksOf(page).filter((block) => !isExcused(page, block)),
      page,
    ).not.toEqual([]);
    const name = page.split('/').at(-1) ?? '';
    const commands = blocksOf(page).filter((block) => !isExcused(page, block));
    const isIn = (text: string) =>
      text.includes(name) ||
      commands.every((block) => block.split('\n').every((line) => text.includes(line)));
    for (const path of tests) expect(isIn(read(path)), `${path} reads ${page}`).toBe(true);
  }
});

test('every reason is about a block that is there, which names files that are there', () => {
  const idle = excuses.filter(
    ({ page, begins }) => !blocksOf(page).some((block) => block.startsWith(begins)),
  );
  expect(idle).toEqual([]);
  const notRun = excuses.flatMap(({ page, begins }) =>
    blocksOf(page).filter((block) => block.startsWith(begins)),
  );
  const named = notRun.flatMap((block) => block.match(/(?<= )[\w/.-]+\.(?:yaml|yml|proto)\b/g) ?? []);
  expect(named).toContain('docs/openapi-3.0.yaml');
  expect(named.filter((file) => !existsSync(join(repositoryRoot, file)))).toEqual([]);
});
