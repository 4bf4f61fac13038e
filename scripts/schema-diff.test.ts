import { execFileSync } from 'node:child_process';
import { testDatabase } from '@iotcore/testkit';
import { expect, test } from 'vitest';

/** Relative to the root. In a process of its own, as the tests' runner cannot load WebAssembly the way Node does. */
const script = 'scripts/schema-diff.mjs';

test('the migrations lead to just what prisma/schema.prisma says', async () => {
  const url = await testDatabase();
  const arguments_ = ['--disable-warning=ExperimentalWarning', script, url];
  const difference = execFileSync(process.execPath, arguments_, {
    cwd: `${import.meta.dirname}/..`,
    encoding: 'utf8',
  });
  expect(difference.trim()).toBe('');
});
