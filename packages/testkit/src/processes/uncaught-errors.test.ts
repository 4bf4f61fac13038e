import { describe, expect, test } from 'vitest';
import { casesOf } from '../run/full.ts';
import { startInstallation } from './start-installation.ts';
import { expectNoErrorLines, expectNoUncaughtErrors, uncaughtErrorsIn } from './uncaught-errors.ts';

const fatal = '{"level":"fatal","time":"2026-11-22T00:00:00.000Z","pid":1,"msg":"unexpected error"}';
const ordinary = [
  '{"level":"error","time":"2026-11-22T00:00:00.000Z","msg":"a request failed"}',
  '{"level":"info","time":"2026-11-22T00:00:00.000Z","name":"{\\"level\\":\\"fatal\\",\\"time\\":1}"}',
  '{"level":"info","time":"2026-11-22T00:00:00.000Z","name":"\\nFATAL ERROR: \\nNode.js v24"}',
  'FATAL:  the database system is starting up',
].join('\n');
const outputOf = (text: string) => ({ outputs: () => [{ name: 'log of api', text }] });

describe('an error that nobody caught', () => {
  test.each([
    ['a fatal line of ours', fatal],
    ['what Node says', 'file:///a.js:1\nthrow new Error(1)\n^\n\nError: 1\n    at a.js:1\n\nNode.js v24.1.0'],
    ['what V8 says', 'FATAL ERROR: Reached heap limit Allocation failed'],
  ])('is found by %s, and fails the test', (_, text) => {
    const output = `${ordinary}\n${text}\n${ordinary}`;
    expect(uncaughtErrorsIn(output)).toHaveLength(1);
    expect(() => expectNoUncaughtErrors(outputOf(output), undefined)).toThrow('log of api: ');
  });

  test('is not seen in errors that were caught, in what clients chose, or in what a database says', () => {
    expect(uncaughtErrorsIn(ordinary)).toEqual([]);
  });

  test('must be there when a test says that it provokes one', () => {
    expect(() => expectNoUncaughtErrors(outputOf(ordinary), 'on purpose')).toThrow('on purpose');
  });
});

test('an error that was caught is found in a log, and not in what clients chose', () => {
  expect(() => expectNoErrorLines(outputOf(ordinary))).toThrow('a request failed');
  expect(() => expectNoErrorLines(outputOf(ordinary.replace('error', 'warn')))).not.toThrow();
});

const provocations: readonly (readonly [string, string])[] = [
  ['an exception', `throw new Error('provoked')`],
  ['a rejection', `Promise.reject(new Error('provoked'))`],
];
test.each(casesOf(provocations, ([what]) => what === 'a rejection'))(
  '%s in a real process is found at the end of its installation',
  async (_, statement) => {
    const script = `process.on('SIGUSR2', () => { ${statement} })`;
    const installation = await startInstallation({
      programs: ['export'],
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
      provokedUncaughtErrors: 'it is shown that they are found',
    });
    installation.program('export').kill('SIGUSR2');
    expect(await installation.program('export').waitExit()).toEqual({ code: 1, signal: null });
    expect(() => expectNoUncaughtErrors(installation, undefined)).toThrow('provoked');
  },
);
