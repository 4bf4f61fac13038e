import { createLogger } from '@iotcore/process';
import { expect, test } from 'vitest';
import { WhenNeeded } from './when-needed.ts';

/** Something that starts when the test says so, and what is done with it. */
function setUp() {
  const done: string[] = [];
  const start = Promise.withResolvers<void>();
  // Where nobody starts it, nobody hears of this either.
  start.promise.catch(() => {});
  const ended = Promise.withResolvers<void>();
  const runnable = {
    name: 'it',
    start: () => {
      done.push('start');
      return start.promise;
    },
    ended: () => ended.promise,
    stop: async () => {
      done.push('stop');
      start.reject(new Error('ended before it was ready'));
      ended.resolve();
    },
  };
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger('test', { logLevel: 'warn' }, { destination });
  return { late: new WhenNeeded(runnable, logger), done, lines, started: () => start.resolve() };
}

test('it is not started before it is needed, and once then', async () => {
  const { late, done, started } = setUp();
  expect(done).toEqual([]);
  started();
  await Promise.all([late.need(), late.need()]);
  await late.need();
  expect(done).toEqual(['start']);
  await late.stop();
  expect(done).toEqual(['start', 'stop']);
});

test('being stopped while it starts, it ends, without a word, and is not started again', async () => {
  const { late, done, lines } = setUp();
  const needed = late.need();
  await late.stop();
  await needed;
  await late.need();
  expect(done).toEqual(['start', 'stop']);
  expect(lines).toEqual([]);
});

test('being stopped before it was needed, it is not started any more', async () => {
  const { late, done } = setUp();
  await late.stop();
  await late.need();
  expect(done).toEqual(['stop']);
});
