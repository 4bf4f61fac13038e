/** .ci/count.mjs decides whether a change lands: it must not call a run good that was none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    status: string;
    assertionResults: readonly object[];
    [more: string]: unknown;
  }[];
}

const report = (passed: number, failed = 0, testResults: Report['testResults'] = []): Report => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
});

async function count(broken: number, ...reports: (Report | string)[]) {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = reports.map((content, at) => [join(folder, `${at}.json`), content] as const);
  for (const [file, content] of files) {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return run(process.execPath, '.ci/count.mjs', String(broken), ...files.map(([file]) => file));
}

test.each<[string, number, (Report | string)[], string]>([
  ['a failed case', 1, [report(3, 2)], '3 passed, 2 failed'],
  ['a step that failed without a failed case', 1, [report(3)], '3 passed, 1 failed'],
  [
    'a file that did not load',
    1,
    [
      report(3, 0, [
        { status: 'failed', name: 'a.test.ts', message: 'no such module', assertionResults: [] },
      ]),
    ],
    'FAILED a.test.ts\nno such module\n\n3 passed, 1 failed',
  ],
  ['a report without a case', 0, [report(3), report(0)], '3 passed, 1 failed'],
  ['a report that is broken', 0, [report(3), '{'], '3 passed, 1 failed'],
  ['no report at all', 0, [], '0 passed, 0 failed'],
])('%s is a failure', async (_name, broken, reports, line) => {
  expect(await count(broken, ...reports)).toEqual({ status: 1, text: line });
});

test('what failed is named, with its reason, before the sum', async () => {
  const failed = {
    ...{ status: 'failed', name: 'tests/a.test.ts', message: '' },
    assertionResults: [{ status: 'failed', fullName: 'a gets b', failureMessages: ['Error: c came'] }],
  };
  const unloaded = {
    status: 'failed',
    name: 'tests/b.test.ts',
    message: 'no such module',
    assertionResults: [],
  };
  const { status, text } = await count(1, report(3, 1, [failed, unloaded]));
  expect(status).toBe(1);
  expect(text).toBe(
    `FAILED tests/b.test.ts\nno such module\n\nFAILED tests/a.test.ts: a gets b\nError: c came\n\n3 passed, 2 failed`,
  );
});

test('a report that is not there is a failure', async () => {
  expect(await run(process.execPath, '.ci/count.mjs', '0', '/nowhere.json')).toEqual({
    status: 1,
    text: '0 passed, 1 failed',
  });
});

test('the cases of all reports are added up', async () => {
  const loaded = [{ status: 'passed', assertionResults: [{}] }];
  expect(await count(0, report(3, 0, loaded), report(4))).toEqual({ status: 0, text: '7 passed, 0 failed' });
});
