import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const rate = { perSecond: 10, burst: 10 };

describe('a token bucket', () => {
  test('refuses what is beyond its burst, tells when there will be a token, and takes none for it', () => {
    const bucket = new TokenBucket();
    expect(Array.from({ length: 10 }, () => bucket.take(rate, 5000))).toEqual(Array(10).fill(0));
    expect(Array.from({ length: 3 }, () => bucket.take(rate, 5000))).toEqual([100, 100, 100]);
    expect(bucket.take(rate, 5099)).toBe(1);
    expect(bucket.take(rate, 5100)).toBe(0);
    expect(bucket.take(rate, 5100)).toBe(100);
  });

  test('lets through one at least, also at less than one a second', () => {
    const bucket = new TokenBucket();
    expect(bucket.take({ perSecond: 0.5, burst: 1 }, 0)).toBe(0);
    expect(bucket.take({ perSecond: 0.5, burst: 1 }, 500)).toBe(1500);
  });

  test('goes into debt for what has happened already', () => {
    const bucket = new TokenBucket();
    for (let times = 0; times < 15; times++) bucket.spend(rate, 0);
    expect(bucket.take(rate, 0)).toBe(600);
  });

  test('has a token again that was given back', () => {
    const bucket = new TokenBucket();
    for (let times = 0; times < 10; times++) bucket.take(rate, 0);
    bucket.giveBack(rate);
    expect(bucket.take(rate, 0)).toBe(0);
    expect(bucket.isFull(999)).toBe(false);
    expect(bucket.isFull(1000)).toBe(true);
  });

  test('keeps to its rate in the long run and to its burst at once, whatever the pattern', () => {
    const steps = fc.array(fc.record({ pauseMs: fc.nat(300), tries: fc.nat(20) }), { maxLength: 200 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (all, perSecond, burst) => {
          const bucket = new TokenBucket();
          let nowMs = 0;
          let taken = 0;
          for (const { pauseMs, tries } of all) {
            nowMs += pauseMs;
            for (let n = 0; n < tries; n++) if (bucket.take({ perSecond, burst }, nowMs) === 0) taken++;
            expect(taken).toBeLessThanOrEqual(burst + (nowMs * perSecond) / 1000 + 1e-3);
          }
        },
      ),
    );
  });
});
