import pg from 'pg';
import { expect, test } from 'vitest';
import { parseTime } from './type-parsers.ts';

const usual = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ);

test.each([
  '2026-11-26 04:12:32.123456+00',
  '2026-11-26 04:12:32.1+00',
  '1969-12-31 23:59:59+00',
  '2026-11-26 04:12:32+03',
  '2026-11-26 04:12:32.5+05:30',
  '12026-01-01 00:00:00+00',
  '0044-03-15 00:00:00+00 BC',
  'infinity',
])('the time %s is read as node-postgres reads it', (text) => {
  expect(parseTime(text)).toEqual(usual(text));
});
