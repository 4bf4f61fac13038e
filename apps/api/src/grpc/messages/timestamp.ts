/** google.protobuf.Timestamp from its JSON form. Lists are full of times, and `Date.parse` took a third of their encoding. */
import type { ByteSink } from './byte-sink.ts';

/** Wire type 0, a varint, of the fields `seconds` and `nanos`. */
const secondsTag = 8;
const nanosTag = 16;

/**
 * Ours are to the millisecond.
 *
 * @throws TypeError if it is no time
 */
export function writeTimestamp(sink: ByteSink, value: unknown): void {
  const ms = millisecondsOf(String(value));
  if (Number.isNaN(ms)) throw new TypeError(`${String(value)} is no time`);
  const seconds = Math.floor(ms / 1000);
  const nanos = (ms - seconds * 1000) * 1_000_000;
  if (seconds !== 0) {
    sink.varint(secondsTag);
    sink.varint(seconds);
  }
  if (nanos !== 0) {
    sink.varint(nanosTag);
    sink.varint(nanos);
  }
}

/** As `Date.toISOString` writes the times of this age. */
const usual = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const dayCharacters = 10;
/** The day that was read last: neighbours in a list are often of one day. */
let lastDay = '';
let lastDayMs = Number.NaN;

/** Since the epoch; NaN if it is no time. */
function millisecondsOf(text: string): number {
  if (!usual.test(text)) return Date.parse(text);
  const day = text.slice(0, dayCharacters);
  if (day !== lastDay) lastDayMs = Date.parse(day);
  lastDay = day;
  const minutes = twoDigits(text, 11) * 60 + twoDigits(text, 14);
  return (
    lastDayMs + minutes * 60_000 + twoDigits(text, 17) * 1000 + twoDigits(text, 20) * 10 + digit(text, 22)
  );
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}
