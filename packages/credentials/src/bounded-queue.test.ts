import { describe, expect, test } from 'vitest';
import { BoundedQueue, OverloadedError } from './bounded-queue.ts';

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('BoundedQueue', () => {
  test('refuses a task when running and waiting places are taken, and does not run it', async () => {
    const queue = new BoundedQueue({ maxRunning: 1, maxWaiting: 1 });
    const door = gate();
    const first = queue.run(() => door.passed);
    const second = queue.run(async () => 'second');
    let ran = false;
    await expect(
      queue.run(async () => {
        ran = true;
      }),
    ).rejects.toBeInstanceOf(OverloadedError);
    door.open();
    await first;
    expect(await second).toBe('second');
    expect(ran).toBe(false);
    expect(queue.size).toBe(0);
  });

  test('never runs more tasks at once than it may, and keeps their order', async () => {
    const queue = new BoundedQueue({ maxRunning: 2, maxWaiting: 100 });
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const task = (n: number) => async () => {
      order.push(n);
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => queue.run(task(n))));
    expect(most).toBe(2);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('gives its place on when a task fails', async () => {
    const queue = new BoundedQueue({ maxRunning: 1, maxWaiting: 1 });
    const failed = queue.run(() => Promise.reject(new Error('no')));
    const next = queue.run(async () => 'next');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
