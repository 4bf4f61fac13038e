import { describe, expect, test } from 'vitest';
import type { Pace } from '../../port.ts';
import { Pacer } from './pacer.ts';

/** A pacer on a clock of its own, and how long it slept each time. */
function pacer(pace: Pace = { tickMs: 2, fromPerSecond: 0 }) {
  const rests: number[] = [];
  const clock = { nowMs: 0 };
  const paced = new Pacer(
    pace,
    () => clock.nowMs,
    (ms) => {
      rests.push(ms);
      clock.nowMs += ms;
    },
  );
  /** A tick that ends so long after the last, with messages whose publishers were silent for so long. */
  const tick = (afterMs: number, ...silences: number[]) => {
    clock.nowMs += afterMs;
    for (const silence of silences) paced.note(silence);
    paced.rest();
  };
  return { tick, rests };
}

describe('Pacer', () => {
  test('does not rest when nothing was published', () => {
    const { tick, rests } = pacer();
    tick(0);
    tick(0.1);
    expect(rests).toEqual([]);
  });

  test('does not rest when one of the messages came soon after its publisher’s last', () => {
    const { tick, rests } = pacer();
    tick(0, 1000);
    tick(0.1, 1000, 19.9, 1000);
    expect(rests).toEqual([]);
  });

  test('does not rest when the tick took its time', () => {
    const { tick, rests } = pacer();
    tick(0, 1000);
    tick(2, 1000);
    tick(7, 1000);
    expect(rests).toEqual([]);
  });

  test('never rests when no tick is to be kept apart', () => {
    const { tick, rests } = pacer({ tickMs: 0, fromPerSecond: 0 });
    for (let n = 0; n < 1_000; n++) tick(0.1, 1000);
    expect(rests).toEqual([]);
  });

  test('rests until two milliseconds after the last tick when all publishers had been silent', () => {
    const { tick, rests } = pacer();
    tick(0, 1000);
    tick(0.2, 1000, 20, Number.POSITIVE_INFINITY);
    tick(0.1, 1000);
    expect(rests).toEqual([expect.closeTo(1.8), expect.closeTo(1.9)]);
  });

  test('forgets a hurried message with its tick', () => {
    const { tick, rests } = pacer();
    tick(0, 0);
    tick(0.1, 1000);
    expect(rests).toEqual([expect.closeTo(1.9)]);
  });

  test('really sleeps', () => {
    const paced = new Pacer({ tickMs: 2, fromPerSecond: 0 });
    const before = performance.now();
    for (let tick = 0; tick < 5; tick++) {
      paced.note(1000);
      paced.rest();
    }
    expect(performance.now() - before).toBeGreaterThan(6);
  });
});

describe('a Pacer that rests from 5,000 messages a second on', () => {
  const pace = { tickMs: 1, fromPerSecond: 5_000 };

  test('holds up nobody while fewer come', () => {
    const { tick, rests } = pacer(pace);
    for (let n = 0; n < 4_000; n++) tick(0.25, 1000);
    expect(rests).toEqual([]);
  });

  test('rests while more come, and stops when they do', () => {
    const { tick, rests } = pacer(pace);
    const burst = [1000, 1000, 1000, 1000, 1000, 1000];
    for (let n = 0; n < 1_000; n++) tick(0.1, ...burst);
    expect(rests.length).toBeGreaterThan(900);
    const before = rests.length;
    tick(500, 1000);
    for (let n = 0; n < 100; n++) tick(0.25, 1000);
    expect(rests.length).toBe(before);
  });

  test('does not count those who send many in a row', () => {
    const { tick, rests } = pacer(pace);
    for (let n = 0; n < 1_000; n++) tick(0.1, ...Array<number>(20).fill(0));
    tick(0.1, 1000);
    expect(rests).toEqual([]);
  });
});
