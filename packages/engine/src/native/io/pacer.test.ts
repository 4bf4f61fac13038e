import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

/** A pacer on a clock of its own, and how long it slept each time. */
function pacer() {
  const rests: number[] = [];
  const clock = { nowMs: 0 };
  const paced = new Pacer(
    () => clock.nowMs,
    (ms) => {
      rests.push(ms);
      clock.nowMs += ms;
    },
  );
  /** A turn that ends so long after the last, with messages whose publishers were silent for so long. */
  const turn = (afterMs: number, ...silences: number[]) => {
    clock.nowMs += afterMs;
    for (const silence of silences) paced.note(silence);
    paced.rest();
  };
  return { turn, rests };
}

describe('Pacer', () => {
  it('does not rest when nothing was published', () => {
    const { turn, rests } = pacer();
    turn(0);
    turn(0.1);
    expect(rests).toEqual([]);
  });

  it('does not rest when one of the messages came soon after its publisher’s last', () => {
    const { turn, rests } = pacer();
    turn(0, 1000);
    turn(0.1, 1000, 19.9, 1000);
    expect(rests).toEqual([]);
  });

  it('does not rest when the turn took its time', () => {
    const { turn, rests } = pacer();
    turn(0, 1000);
    turn(2, 1000);
    turn(7, 1000);
    expect(rests).toEqual([]);
  });

  it('rests until two milliseconds after the last turn when all publishers had been silent', () => {
    const { turn, rests } = pacer();
    turn(0, 1000);
    turn(0.2, 1000, 20, Number.POSITIVE_INFINITY);
    turn(0.1, 1000);
    expect(rests).toEqual([expect.closeTo(1.8), expect.closeTo(1.9)]);
  });

  it('forgets a hurried message with its turn', () => {
    const { turn, rests } = pacer();
    turn(0, 0);
    turn(0.1, 1000);
    expect(rests).toEqual([expect.closeTo(1.9)]);
  });

  it('really sleeps', () => {
    const paced = new Pacer();
    const before = performance.now();
    for (let turn = 0; turn < 5; turn++) {
      paced.note(1000);
      paced.rest();
    }
    expect(performance.now() - before).toBeGreaterThan(6);
  });
});
