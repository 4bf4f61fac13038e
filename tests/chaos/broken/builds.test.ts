import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as builds from './builds.ts';

const root = resolve(import.meta.dirname, '../../..');

test.each(Object.entries(builds))(
  'what the broken build %s replaces stands in the code once',
  async (_name, { file, right }) => {
    const source = await readFile(resolve(root, file), 'utf8');
    expect(source.split(right).length - 1).toBe(1);
  },
);
