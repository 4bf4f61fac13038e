import { describe, expect, test } from 'vitest';
import { Slices } from './slices.ts';

/** A clock that moves when work is done, and an event loop that ticks when the test says so. */
function setUp() {
  let nowMs = 0;
  let scheduled: (() => void)[] = [];
  const rounds = { areFull: false };
  const slices = new Slices(
    () => nowMs,
    (run) => scheduled.push(run),
    () => rounds.areFull,
  );
  return {
    slices,
    rounds,
    /** Work on one item takes so long. */
    spend: (ms: number) => {
      nowMs += ms;
    },
    tick: () => {
      const runs = scheduled;
      scheduled = [];
      for (const run of runs) run();
      return runs.length > 0;
    },
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('Slices', () => {
  test('do a little work at once, however busy others are', () => {
    const { slices, spend } = setUp();
    void slices.each(numbers(1_000), () => spend(1));
    const done: number[] = [];
    expect(slices.each(numbers(8).slice(1), (n) => done.push(n))).toBeUndefined();
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('do all of it at once if it takes no time', () => {
    const { slices } = setUp();
    let done = 0;
    expect(slices.each(numbers(10_000), () => done++)).toBeUndefined();
    expect(done).toBe(10_000);
  });

  test('are left out after a tick that took long, but not twice in a row', () => {
    const { slices, rounds, spend, tick } = setUp();
    let done = 0;
    void slices.each(numbers(200), () => {
      done++;
      spend(1);
    });
    rounds.areFull = true;
    const perRound = numbers(6).map(() => {
      const before = done;
      tick();
      return done - before;
    });
    expect(perRound).toEqual([0, 8, 0, 8, 0, 8]);
  });

  test('let others have their tick after a few milliseconds, and go on in order', async () => {
    const { slices, spend, tick } = setUp();
    const done: number[] = [];
    const all = slices.each(numbers(1_000), (n) => {
      done.push(n);
      spend(0.1);
    });
    let ticks = 0;
    for (let before = 0; tick(); before = done.length, ticks++)
      expect(done.length - before).toBeLessThanOrEqual(110);
    await all;
    expect(ticks).toBeGreaterThan(15);
    expect(done).toEqual(numbers(1_000));
  });

  test('share each tick among all who have more to do', async () => {
    const { slices, spend, tick } = setUp();
    let done = 0;
    const works = numbers(6).map(() =>
      slices.each(numbers(200), () => {
        done++;
        spend(0.1);
      }),
    );
    let most = 0;
    for (let before = done; tick(); before = done) most = Math.max(most, done - before);
    await Promise.all(works);
    expect(done).toBe(1_200);
    expect(most).toBeLessThanOrEqual(60);
  });

  test('do calls one by one at once while there is time, and the others in their order', () => {
    const { slices, spend, tick } = setUp();
    const done: number[] = [];
    const inOrder = (n: number) =>
      slices.inOrder(() => {
        done.push(n);
        spend(1);
      });
    for (const n of numbers(10)) inOrder(n);
    expect(done).toEqual([0, 1]);
    tick();
    // There is time again, but others wait.
    inOrder(10);
    expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    while (tick());
    expect(done).toEqual(numbers(11));
  });
});
