/** docs/architecture.md follows three requests through the code: each function that it names is where it says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';

const page = readFileSync(join(repositoryRoot, 'docs/architecture.md'), 'utf8');
const steps = [...page.matchAll(/^## A (\w+)\n\n((?:\d+\. .*\n?)+)/gm)].map(
  ([, journey = '', text = '']) => [journey, text] as const,
);

/** A function, class or method that is named together with its file: `` `Session.deliver` in `packages/…` ``. */
const places = (text: string) =>
  [...text.matchAll(/`([\w.#]+)` in `([\w./-]+\.ts)`/g)].map(([, name = '', path = '']) => ({ name, path }));

/** Is there a declaration of that name? A method must be in the file of its class. */
function declares(source: string, name: string): boolean {
  const [owner = '', method] = name.split('.');
  const isDeclared = new RegExp(`^export (?:async )?(?:function\\*?|class|const) ${owner}\\b`, 'm').test(
    source,
  );
  if (method === undefined) return isDeclared;
  return isDeclared && new RegExp(`^ {2}(?:async )?\\*?${method}[<(]`, 'm').test(source);
}

test('three requests are followed', () => {
  expect(steps.map(([journey]) => journey)).toEqual(['CONNECT', 'PUBLISH', 'createDevice']);
});

describe.each(steps)('%s', (_journey, text) => {
  test('passes functions that are in the files that are named', () => {
    const named = places(text);
    expect(named.length).toBeGreaterThanOrEqual(text.trim().split('\n').length);
    const missing = named.filter(({ name, path }) => {
      const file = join(repositoryRoot, path);
      return !existsSync(file) || !declares(readFileSync(file, 'utf8'), name);
    });
    expect(missing).toEqual([]);
  });
});
