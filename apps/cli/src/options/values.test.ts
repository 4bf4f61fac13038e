import { describe, expect, test } from 'vitest';
import { count, durationMs, futureTime, pairs, pastTime, words } from './values.ts';

const now = new Date('2026-11-30T12:00:00Z');

describe('key=value', () => {
  test('without a key or a value is refused', () => {
    expect(() => pairs('a')).toThrow(/key=value, and a does not/);
    expect(() => pairs('=b')).toThrow(/key=value/);
  });

  test('may come several times, have = in the value, and be named like a member of every object', () => {
    expect(pairs('a=1,b=', pairs('c=x=y'))).toEqual({ a: '1', b: '', c: 'x=y' });
    const own = pairs('__proto__=1,constructor=2');
    expect(Object.entries(own)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(words('a,b', ['c'])).toEqual(['c', 'a', 'b']);
  });
});

describe('a number', () => {
  test('that is none, or too small, is refused', () => {
    for (const text of ['', '-1', '1.5', '1e3', '0', '9'.repeat(16)])
      expect(() => count(1)(text)).toThrow(/whole number, 1/);
  });
  test('is taken', () => expect(count(0)('42')).toBe(42));
});

describe('a time', () => {
  test('that is none is refused, with what it looks like', () => {
    for (const text of ['', 'yesterday', '2h30', '25:00:00', '2026-13-01T00:00:00Z', '5'])
      expect(() => pastTime(text, now)).toThrow(/is no time: it looks like 2h/);
    expect(() => futureTime('soon', now)).toThrow(/14d/);
    expect(durationMs('1x')).toBeUndefined();
  });

  test('is RFC 3339, a time of today, or a duration', () => {
    expect(pastTime('3h30m ago', now).toISOString()).toBe('2026-11-30T08:30:00.000Z');
    expect(pastTime('90s', now).toISOString()).toBe('2026-11-30T11:58:30.000Z');
    expect(pastTime('08:15:00', now).toISOString()).toBe('2026-11-30T08:15:00.000Z');
    expect(pastTime('2026-11-01T00:00:00+03:00', now).toISOString()).toBe('2026-10-31T21:00:00.000Z');
    expect(futureTime('14d', now).toISOString()).toBe('2026-12-14T12:00:00.000Z');
  });
});
