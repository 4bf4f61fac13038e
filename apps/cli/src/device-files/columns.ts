/** Devices as rows of a file: one column for each field, named as in the old service's exports. */
import { splitCertificates } from '@iotcore/model';

export const columns = [
  'id',
  'name',
  'description',
  'created_at',
  'status',
  'labels',
  'topic_aliases',
  'certificates',
] as const;
export type Column = (typeof columns)[number];

/** Hold JSON: objects, and a list of `{certificate_data, fingerprint, created_at}` or of PEM texts. */
const structured: ReadonlySet<string> = new Set(['labels', 'topic_aliases', 'certificates']);

/**
 * Spreadsheets run a cell that begins with one of these as a formula, quoted or not. An apostrophe before it makes it text;
 * cells that begin with apostrophes and then one of these get one more, so that reading takes away exactly what writing added.
 */
const formula = /^'*[=+\-@\t\r]/;
const escaped = /^'+[=+\-@\t\r]/;
const jsonBegin = /^\s*[[{"]/;

/** What a cell says, as the field that it is of. Text that should be JSON and is none stays text, and is refused as such. */
export function valueOfCell(column: string, cell: string): unknown {
  const text = escaped.test(cell) ? cell.slice(1) : cell;
  if (!structured.has(column) || text === '') return text;
  if (column === 'certificates' && !jsonBegin.test(text)) return splitCertificates(text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function cellOfValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return formula.test(text) ? `'${text}` : text;
}
