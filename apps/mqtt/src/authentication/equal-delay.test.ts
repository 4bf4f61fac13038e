import { describe, expect, test } from 'vitest';
import { createEqualDelay } from './equal-delay.ts';

/** How long it waits, in ms, for what began so long ago. */
async function waitAfter(elapsedMs: number): Promise<number> {
  const waits: number[] = [];
  const equalDelay = createEqualDelay(
    250,
    () => 1000 + elapsedMs,
    async (ms) => waits.push(ms),
  );
  await equalDelay(1000);
  expect(waits).toHaveLength(1);
  return waits[0] as number;
}

describe('the delay of a wrong password', () => {
  test.each([
    [0, 250],
    [1, 249],
    [249.5, 0.5],
    [250, 250],
    [260, 240],
    [1000, 250],
    [1001, 249],
  ])('ends at a multiple of the beat: after %f ms it is %f ms', async (elapsedMs, waitMs) => {
    expect(await waitAfter(elapsedMs)).toBe(waitMs);
  });
});
