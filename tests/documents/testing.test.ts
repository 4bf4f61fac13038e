/** docs/testing.md: two lists of tests are compared as the page says, both of a few files alone. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fullTest, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';

const page = readFileSync(join(repositoryRoot, 'docs/testing.md'), 'utf8');
const [, list = '', compare = ''] =
  /```sh\n(TEST_FULL=1 .*?--json=)after\.json.*?\n(node .*?compare-tests.*?)\n```/s.exec(page) ?? [];

fullTest('equal lists differ in nothing, and both say how many cases there are', async () => {
  const folder = mkdtempSync('/tmp/iotcore-testing-docs-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const follow = (command: string) =>
    promisify(execFile)('bash', ['-ec', command], { cwd: repositoryRoot, env: process.env });
  const after = join(folder, 'after.json');
  await follow(`${list}${after} --project unit scripts/checks`);
  cpSync(after, join(folder, 'before.json'));
  const { stdout } = await follow(compare.replaceAll(/\w+\.json/g, (name) => join(folder, name)));
  const [, cases] =
    /^(\d+) cases before, \1 after, 0 of them in another file\n\ngone: 0\n\nnew: 0\n$/.exec(stdout) ?? [];
  expect(Number(cases), stdout).toBeGreaterThan(10);
});
