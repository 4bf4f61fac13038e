import { test } from 'vitest';

/**
 * Is this `npm run test:full`? What is exhaustive by nature (every signal, every packet cut at every byte, every example of
 * a long page) runs whole there, and in `npm test` only as far as it finds the usual mistakes.
 */
export const isFull = process.env['TEST_FULL'] === '1';

/** A test of `npm run test:full` alone. */
export const fullTest = test.runIf(isFull);

/** All of them in `npm run test:full`, else those for which `isTypical`. */
export function casesOf<T>(all: readonly T[], isTypical: (one: T) => boolean): readonly T[] {
  return isFull ? all : all.filter(isTypical);
}

/** What `someOf` chooses follows from it: TEST_SEED repeats the choices of a run. */
const seed = Number(process.env['TEST_SEED'] ?? 0);

/** All of them in `npm run test:full`, else one of so many, others in each run. */
export function someOf<T>(all: readonly T[], oneOf: number): readonly T[] {
  return isFull ? all : all.filter((_, index) => index % oneOf === seed % oneOf);
}

/** How often a property is tried: as often as that in `npm run test:full`, else a fifth. */
export function tries(full: number): number {
  return isFull ? full : Math.ceil(full / 5);
}
