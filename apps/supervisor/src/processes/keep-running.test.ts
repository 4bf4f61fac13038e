import { BackOff, createLogger } from '@iotcore/process';
import { expect, onTestFinished, test } from 'vitest';
import { keepRunning, type Runnable } from './keep-running.ts';

/** Something that ends when the test says so; how long was waited before each new start, in milliseconds. */
function keepOne() {
  let nowMs = 0;
  const delays: number[] = [];
  let end = () => {};
  let started = () => {};
  const runnable: Runnable = {
    name: 'it',
    start: async () => {},
    ended: () => {
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      started();
      return ended;
    },
    stop: async () => end(),
  };
  const destination = { write: (line: string) => void delays.push(JSON.parse(line).delayMs) };
  const logger = createLogger('test', { logLevel: 'error' }, { destination });
  const backOff = new BackOff({ firstMs: 1, longestMs: 16 }, () => 0);
  const kept = keepRunning(runnable, logger, { backOff, now: () => nowMs });
  onTestFinished(() => kept.stop());
  /** It ends after so long; resolves once it runs again. */
  async function endAfter(ms: number): Promise<void> {
    const again = new Promise<void>((resolve) => {
      started = resolve;
    });
    nowMs += ms;
    end();
    await again;
  }
  return { delays, endAfter };
}

test('what keeps ending is started again after longer and longer pauses', async () => {
  const { delays, endAfter } = keepOne();
  for (let times = 0; times < 4; times += 1) await endAfter(59_999);
  expect(delays).toEqual([1, 2, 4, 8]);
});

test('what had run steadily is started again at once', async () => {
  const { delays, endAfter } = keepOne();
  for (const ms of [100, 100, 100, 60_000, 100]) await endAfter(ms);
  expect(delays).toEqual([1, 2, 4, 1, 2]);
});
