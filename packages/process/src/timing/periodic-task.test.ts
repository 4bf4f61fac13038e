import { expect, onTestFinished, test, vi } from 'vitest';
import { PeriodicTask } from './periodic-task.ts';

function setUp() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const ends: (() => void)[] = [];
  const task = new PeriodicTask(() => new Promise((resolve) => ends.push(resolve)));
  return { task, ends };
}

test('is done when its time has come, and not again before it has ended', async () => {
  const { task, ends } = setUp();
  task.every(1000);
  await vi.advanceTimersByTimeAsync(999);
  expect(ends).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(3001);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ends).toHaveLength(2);
});

test('asked for while it is under way, is not begun a second time', async () => {
  const { task, ends } = setUp();
  const asked = [task.run(), task.run()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await Promise.all(asked);
});

test('is not done any more once it is stopped, which waits for its end', async () => {
  const { task, ends } = setUp();
  task.every(1000);
  await vi.advanceTimersByTimeAsync(1000);
  let isStopped = false;
  const stopping = task.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(5000);
  expect([isStopped, ends.length]).toEqual([false, 1]);
  ends[0]?.();
  await stopping;
});
