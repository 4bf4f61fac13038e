/** How values of Postgres become those of JavaScript: as node-postgres has it, but for times, of which lists are full. */
import pg from 'pg';

const timestamptz = pg.types.builtins.TIMESTAMPTZ;
const parseAnyTime: (text: string) => unknown = pg.types.getTypeParser(timestamptz);

/** `2026-11-26 04:12:32.123456+00`, as a session in UTC writes the times of this age, in a fraction of what any other takes. */
export function parseTime(text: string): unknown {
  const isUsual = text[4] === '-' && text.endsWith('+00');
  return isUsual ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : parseAnyTime(text);
}

export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === timestamptz && format !== 'binary'
      ? parseTime
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};
