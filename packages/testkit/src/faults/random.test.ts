import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from './random.ts';

const draw = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.next());

describe('a seeded random source', () => {
  test('refuses an empty range and an empty list', () => {
    const random = new SeededRandom('1');
    expect(() => random.integer(2, 1)).toThrow(RangeError);
    expect(() => random.integer(0, Number.NaN)).toThrow(RangeError);
    expect(() => random.pick([])).toThrow(RangeError);
  });

  test('repeats itself for the same seed, and not for another', () => {
    expect(draw(new SeededRandom('7'), 20)).toEqual(draw(new SeededRandom('7'), 20));
    expect(draw(new SeededRandom('7'), 20)).not.toEqual(draw(new SeededRandom('8'), 20));
  });

  test('gives forks that do not depend on what was drawn from it', () => {
    const used = new SeededRandom('7');
    draw(used, 5);
    expect(draw(used.fork('a'), 5)).toEqual(draw(new SeededRandom('7').fork('a'), 5));
    expect(draw(used.fork('a'), 5)).not.toEqual(draw(used.fork('b'), 5));
  });

  test('keeps to the range, and reaches both of its ends', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -5, max: 5 }), fc.nat({ max: 3 }), (seed, min, width) => {
        const random = new SeededRandom(seed);
        const drawn = new Set(Array.from({ length: 300 }, () => random.integer(min, min + width)));
        expect([...drawn].sort((a, b) => a - b)).toEqual(
          Array.from({ length: width + 1 }, (_, i) => min + i),
        );
      }),
    );
  });

  test('shuffles without losing or adding anything', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer()), (seed, items) => {
        const sorted = (list: number[]) => [...list].sort((a, b) => a - b);
        expect(sorted(new SeededRandom(seed).shuffle(items))).toEqual(sorted(items));
      }),
    );
  });

  test('is spread evenly enough to choose faults with', () => {
    const random = new SeededRandom('even');
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i += 1) {
      const bucket = random.integer(0, 9);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
