import { printable } from './printable.ts';

/** A column of a table: its heading, and what stands in it for a row. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => unknown;
}

/** Rows that decide how wide the columns are; the lines of longer lists are printed as they come. */
const measuredRows = 1000;

/** The lines of a table, heading first; without rows there is none. */
export async function* tableLines<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly Column<Row>[],
): AsyncGenerator<string> {
  const held: string[][] = [];
  let widths: number[] | undefined;
  const titles = columns.map(({ title }) => title);
  const measure = () => {
    widths = titles.map((title, at) =>
      Math.max(title.length, ...held.map((cells) => cells[at]?.length ?? 0)),
    );
  };
  for await (const row of rows) {
    const cells = columns.map(({ value }) => cellText(value(row)));
    if (widths) {
      yield line(cells, widths);
      continue;
    }
    held.push(cells);
    if (held.length < measuredRows) continue;
    measure();
    yield* [titles, ...held].map((one) => line(one, widths ?? []));
  }
  if (widths || held.length === 0) return;
  measure();
  yield* [titles, ...held].map((one) => line(one, widths ?? []));
}

/** The lines of one thing: a name and a value each. Fields that are absent are left out. */
export function fieldLines(value: object): string[] {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  return fields.map(([name, field]) => line([printable(name), cellText(field)], [width]));
}

/** A value in one line: maps as `key=value`, everything else that has parts as JSON. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return printable(String(value));
  const entries = Object.entries(value);
  const isMap = !Array.isArray(value) && entries.every(([, field]) => typeof field === 'string');
  return printable(isMap ? entries.map((pair) => pair.join('=')).join(', ') : JSON.stringify(value));
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd();
}
