import { describe, expect, test } from 'vitest';
import { readTime, showTime, timeForApi, writeLocal } from './local-time.ts';

describe('a time', () => {
  test.each([
    ['2026-11-27 15:04', '2026-11-27T15:04'],
    ['2026-11-27T15:04', '2026-11-27T15:04'],
    ['27.11.2026 15:04', '2026-11-27T15:04'],
    ['27.11.2026, 15:04', '2026-11-27T15:04'],
    [' 1.2.2026 9:05 ', '2026-02-01T09:05'],
    ['2026-2-1', '2026-02-01T00:00'],
  ])('typed as %j is kept as %s', (typed, kept) => {
    expect(readTime(typed)).toBe(kept);
  });

  test.each(['', 'soon', '31.02.2026 10:00', '2026-13-01', '2026-11-27 25:00', '11/27/2026'])(
    'that is none stays as it was typed, for the API to refuse: %j',
    (typed) => {
      expect(readTime(typed)).toBe(typed);
      expect(timeForApi(typed)).toBe(typed);
    },
  );

  test('is shown as it is typed in the language', () => {
    expect(showTime('2026-11-27T15:04', 'ru')).toBe('27.11.2026 15:04');
    expect(showTime('2026-11-27T15:04', 'en')).toBe('2026-11-27 15:04');
    for (const language of ['ru', 'en'] as const) {
      expect(readTime(showTime('2026-11-27T15:04', language))).toBe('2026-11-27T15:04');
      expect(showTime('soon', language)).toBe('soon');
    }
  });

  test('goes to the API as that of the zone here', () => {
    const now = new Date(2026, 10, 27, 15, 4);
    expect(writeLocal(now)).toBe('2026-11-27T15:04');
    expect(timeForApi('2026-11-27T15:04')).toBe(now.toISOString());
  });
});
