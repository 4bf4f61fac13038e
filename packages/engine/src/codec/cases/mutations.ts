import fc from 'fast-check';
import { plainConnect, readCases } from './cases.ts';

/** How many random inputs the fuzzers try: a few seconds' worth, or as many as FUZZ_RUNS says (`npm run fuzz`). */
export function fuzzRuns(byDefault: number): number {
  return Number(process.env['FUZZ_RUNS'] ?? byDefault);
}

type Mutation = (bytes: Buffer) => Buffer;

/** One byte, or a few, changed, added, taken away, doubled or cut off. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, byte]): Mutation =>
      (bytes) => {
        const copy = Buffer.from(bytes);
        if (copy.length > 0) copy[at % copy.length] = byte;
        return copy;
      },
  ),
  fc.tuple(fc.nat(), fc.nat(7)).map(
    ([at, bit]): Mutation =>
      (bytes) => {
        const copy = Buffer.from(bytes);
        const index = at % Math.max(1, copy.length);
        if (copy.length > 0) copy[index] = (copy[index] as number) ^ (1 << bit);
        return copy;
      },
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 8 })).map(
    ([at, more]): Mutation =>
      (bytes) => {
        const index = at % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, index), more, bytes.subarray(index)]);
      },
  ),
  fc.tuple(fc.nat(), fc.nat(8)).map(
    ([at, count]): Mutation =>
      (bytes) => {
        const index = at % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + count)]);
      },
  ),
  fc.nat().map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  fc.constant<Mutation>((bytes) => Buffer.concat([bytes, bytes])),
);

const seeds = readCases()
  .filter(({ bytes }) => bytes.length < 1_000)
  .map(({ bytes }) => bytes);

/** What a client might send that means harm or is broken: conformance cases one after the other, mutated here and there. */
export const hostileStream: fc.Arbitrary<Buffer> = fc
  .record({
    connects: fc.boolean(),
    parts: fc.array(fc.tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 2 })), {
      maxLength: 6,
    }),
    noise: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: new Uint8Array() }),
  })
  .map(({ connects, parts, noise }) => {
    const mutated = parts.map(([bytes, mutations]) => mutations.reduce((so, mutate) => mutate(so), bytes));
    return Buffer.concat([...(connects ? [plainConnect] : []), ...mutated, noise]);
  });
