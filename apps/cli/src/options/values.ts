/** Values of options: how they are written on the command line, and what is wrong with them. */
import { InvalidArgumentError } from 'commander';
import { usageError } from '../errors.ts';

/** `key=value,key=value`; may be given several times. A value may hold `=`, but no comma. */
export function pairs(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const all = new Map(Object.entries(before));
  for (const pair of text.split(',').filter((one) => one !== '')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`It looks like key=value, and ${pair} does not.`);
    all.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return Object.fromEntries(all);
}

/** `one,two`; may be given several times. */
export function words(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').filter((one) => one !== '')];
}

/** A whole number from `min` on. */
export function count(min: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,15}$/.test(text) || Number(text) < min)
      throw new InvalidArgumentError(`It is a whole number, ${min} or more.`);
    return Number(text);
  };
}

const units: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `90s`, `2h`, `3h30m`, `90d`: in ms. Undefined if it is not written so. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d{1,9}[smhd])+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)([smhd])/g);
  return [...parts].reduce((sum, [, number, unit = '']) => sum + Number(number) * (units.get(unit) ?? 0), 0);
}

/** A time: RFC 3339, `15:04:05` of today (UTC), or how long ago (`2h`, `3h30m ago`). */
export function pastTime(text: string, now: Date): Date {
  const ago = durationMs(text.replace(/ ago$/, ''));
  if (ago !== undefined) return new Date(now.getTime() - ago);
  return dateOf(text, now, 'it looks like 2h, 15:04:05 or 2026-11-30T15:04:05Z');
}

/** A time: RFC 3339, or how far ahead (`12h`, `14d`). */
export function futureTime(text: string, now: Date): Date {
  const ahead = durationMs(text);
  if (ahead !== undefined) return new Date(now.getTime() + ahead);
  return dateOf(text, now, 'it looks like 14d or 2026-12-31T00:00:00Z');
}

function dateOf(text: string, now: Date, form: string): Date {
  const today = now.toISOString().slice(0, 'yyyy-mm-dd'.length);
  const full = /^\d\d:\d\d(:\d\d)?$/.test(text) ? `${today}T${text}Z` : text;
  const date = new Date(full);
  if (!/^\d{4}-\d\d-\d\d/.test(full) || Number.isNaN(date.getTime()))
    throw usageError(`${text} is no time: ${form}`);
  return date;
}
