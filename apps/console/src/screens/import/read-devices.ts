/** A file of devices as entries of an import: what it says, under the names of the API, which checks each entry by itself. */
import { readCsv } from './csv.ts';

export interface Entry {
  /** Of the file, from 1. */
  readonly line: number;
  readonly device: Readonly<Record<string, unknown>>;
  readonly certificates: readonly object[];
}

export interface FileContent {
  readonly entries: readonly Entry[];
  /** Lines that hold no device. */
  readonly unread: readonly { readonly line: number; readonly text: string }[];
}

/** Columns of a file and fields of the API; others are not read. */
const fields: ReadonlyMap<string, string> = new Map([
  ...['id', 'name', 'description', 'status', 'labels'].map((name): [string, string] => [name, name]),
  ['created_at', 'createdAt'],
  ['topic_aliases', 'topicAliases'],
]);

/** Spreadsheets run such a cell as a formula, so what writes it puts an apostrophe before it. */
const escaped = /^'+[=+\-@\t\r]/;
const structured: ReadonlySet<string> = new Set(['labels', 'topic_aliases', 'certificates']);
const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export async function readDevices(name: string, text: string, registryId: string): Promise<FileContent> {
  const rows = /\.(nd)?jsonl?$/i.test(name) ? readLines(text) : readTable(text);
  const entries: Entry[] = [];
  const unread: { line: number; text: string }[] = [];
  for (const { line, value, text: shown } of rows) {
    if (value === undefined) unread.push({ line, text: shown ?? '' });
    else entries.push(await entryOf(line, value, registryId));
  }
  return { entries, unread };
}

interface Row {
  readonly line: number;
  readonly value?: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

function* readTable(text: string): Generator<Row> {
  const [head, ...rows] = readCsv(text);
  const columns = (head?.cells ?? []).map(snakeCase);
  for (const { line, cells } of rows) {
    const values = columns.map((column, at): [string, unknown] => [
      column,
      valueOfCell(column, cells[at] ?? ''),
    ]);
    yield { line, value: Object.fromEntries(values) };
  }
}

function* readLines(text: string): Generator<Row> {
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      yield { line: at + 1, value: withSnakeCase(value) };
    else yield { line: at + 1, text: line };
  }
}

const withSnakeCase = (value: object) =>
  Object.fromEntries(Object.entries(value).map(([name, given]) => [snakeCase(name), given]));

function snakeCase(name: string): string {
  return name.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What a cell says. Text that should be JSON and is none stays text, and is refused as such. */
function valueOfCell(column: string, cell: string): unknown {
  const text = escaped.test(cell) ? cell.slice(1) : cell;
  if (!structured.has(column)) return text;
  const value = parsed(text);
  if (column !== 'certificates' || value !== undefined) return value ?? text;
  return text.match(certificate) ?? text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function entryOf(
  line: number,
  row: Readonly<Record<string, unknown>>,
  registryId: string,
): Promise<Entry> {
  const given = Object.entries(row).flatMap(([column, value]): [string, unknown][] => {
    const field = fields.get(column);
    return field === undefined || value === '' || value === null ? [] : [[field, value]];
  });
  const device: Record<string, unknown> = { ...Object.fromEntries(given), registryId };
  device['id'] ??= await idOf(device['name'], registryId);
  const { certificates } = row;
  const list = Array.isArray(certificates) ? certificates : [certificates].filter(Boolean);
  return {
    line,
    device,
    certificates: list.map((one) => ({ ...certificateOf(one), deviceId: device['id'] })),
  };
}

function certificateOf(given: unknown): object {
  if (typeof given !== 'object' || given === null) return { certificateData: given };
  const { certificate_data: certificateData, fingerprint, created_at: createdAt } = withSnakeCase(given);
  return { certificateData, fingerprint, createdAt };
}

/** A row without an ID gets one made of registry and name, as the command line does: however often it comes, it is one device. */
async function idOf(name: unknown, registryId: string): Promise<string | undefined> {
  if (typeof name !== 'string' || name === '') return undefined;
  const bytes = new TextEncoder().encode(`${registryId}/${name}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `are${Array.from(digest.subarray(0, 17), (byte) => (byte & 31).toString(32)).join('')}`;
}
