/** What the documents name must be there: files, settings, commands, functions of the test harness. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { internalSettingsTable, settingsFileVariable, settingsTable } from '@iotcore/process';
import * as testkit from '@iotcore/testkit';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';

const documents = globSync(['*.md', '{docs,bench,packages,apps,tests}/**/*.md'], { cwd: repositoryRoot })
  .filter((path) => !path.includes('node_modules'))
  .map((path) => [path, readFileSync(join(repositoryRoot, path), 'utf8')] as const);

const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(repositoryRoot, 'package.json'), 'utf8'),
);
const exists = (path: string) => existsSync(join(repositoryRoot, path));
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** As the pages of a repository are shown: `## How we write` is `#how-we-write`. */
const anchors = (text: string) =>
  all(text, /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(documents)('%s', (path, text) => {
  test('links to files and headings that are there', () => {
    const links = all(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!exists(target)) return true;
      return (
        anchor !== undefined && !anchors(readFileSync(join(repositoryRoot, target), 'utf8')).includes(anchor)
      );
    });
    expect(broken).toEqual([]);
  });

  test('names settings that there are', () => {
    const known = new Set<string>([
      settingsFileVariable,
      ...Object.values({ ...settingsTable, ...internalSettingsTable }).map(({ variable }) => variable),
    ]);
    const unknown = all(text, /\b(IOT_[A-Z0-9_]*[A-Z0-9])\b/g).filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
  });

  test('names commands that there are', () => {
    const scripts = [...all(text, /npm run ([a-z][\w:-]*)/g), ...all(text, /`npm (start|test)\b/g)];
    expect(scripts.filter((script) => !manifest.scripts[script])).toEqual([]);
  });

  test('names paths that there are', () => {
    const named = all(text, /`((?:packages|apps|scripts|docs|tests|prisma|bench|\.ci)\/[\w./-]*)`/g);
    expect(named.filter((named) => !exists(named))).toEqual([]);
  });
});

test('CONTRIBUTING.md names functions that the test harness has', () => {
  const text = readFileSync(join(repositoryRoot, 'CONTRIBUTING.md'), 'utf8');
  const section = text.slice(text.indexOf('## How we test'), text.indexOf('## The database'));
  const named = all(section, /`([a-zA-Z]+)\(\)`/g);
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !(name in testkit))).toEqual([]);
});

test('docs/README.md and docs/decisions/README.md list what lies beside them', () => {
  for (const folder of ['docs', 'docs/decisions']) {
    const index = readFileSync(join(repositoryRoot, folder, 'README.md'), 'utf8');
    const pages = globSync('*.md', { cwd: join(repositoryRoot, folder) }).filter(
      (page) => page !== 'README.md',
    );
    expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
  }
});
