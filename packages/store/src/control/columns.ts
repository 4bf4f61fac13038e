/** How rows are written: the columns of an owner, and those that an update sets. */
import type { Owner } from './resources/owners.ts';

/** The column that names an owner in what belongs to it. */
export function ownerColumn({ kind }: Pick<Owner, 'kind'>): 'registry_id' | 'device_id' | 'broker_id' {
  return `${kind}_id`;
}

/** Columns with the values that they get: `null` is stored, `undefined` is no column at all. */
export type Columns = Readonly<Record<string, unknown>>;

/** `name = $2, labels = $3` and its values, for a statement with so many values before them. */
export function assignments(
  columns: Columns,
  before: number,
): { readonly text: string; readonly values: unknown[] } {
  const entries = Object.entries(columns).filter(([, value]) => value !== undefined);
  return {
    text: entries.map(([column], n) => `${column} = $${before + n + 1}`).join(', '),
    values: entries.map(([, value]) => value),
  };
}

/** As Postgres takes a JSON value, `undefined` and NULL apart from it. */
export function json(value: object | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : JSON.stringify(value);
}
