/** Kinds of values that only exports have. */
import { z } from 'zod';
import { checked } from '../schema/fields.ts';

/** A whole number, its bounds in its refusal. */
export function whole(least: number, most: number, about: string) {
  const expected = `A whole number from ${least} to ${most}.`;
  return z.int(expected).min(least, expected).max(most, expected).meta({ description: about });
}

const durationPattern = /^(0|[1-9]\d{0,6})(\.\d{1,3})?s$/;

/** A Duration of protobuf, such as `2.5s`. */
export function duration(leastSeconds: number, mostSeconds: number, about: string) {
  const expected = `A duration from ${leastSeconds}s to ${mostSeconds}s, such as "${mostSeconds}s".`;
  return checked(
    (text) => {
      const isWithin = durationPattern.test(text) && within(secondsOf(text), leastSeconds, mostSeconds);
      return isWithin ? undefined : { description: expected };
    },
    { pattern: durationPattern.source, description: about },
  );
}

/** The seconds of a Duration. */
export function secondsOf(text: string): number {
  return Number(text.slice(0, -1));
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** A 64-bit number is text in proto3 JSON; a parser takes a number too. */
export const position = z
  .preprocess(
    (given) => (Number.isSafeInteger(given) ? String(given) : given),
    z.string().regex(/^(0|[1-9]\d{0,17})$/, 'A position: a whole number, 0 or more.'),
  )
  .meta({ description: 'Of a message in the log of the export: a whole number as text.' });

/** A text that is never shown again. */
export function secret(most: number, about: string) {
  return z
    .string()
    .min(1, 'Must not be empty.')
    .max(most, `At most ${most} characters.`)
    .meta({ description: `${about} Write-only: no answer shows it; a change without it keeps it.` });
}

export const int64 = z.string().meta({ format: 'int64' });

/** The same in a query, where a number is text. */
export function wholeInQuery(least: number, most: number, about: string) {
  const fromDigits = (given: unknown) =>
    typeof given === 'string' && /^(0|[1-9]\d{0,8})$/.test(given) ? Number(given) : given;
  return z.preprocess(fromDigits, whole(least, most, about)).meta({ description: about });
}
