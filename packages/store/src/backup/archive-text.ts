/**
 * The text of an archive (docs/backup.md): one JSON value a line, so that it streams and a person can read it. First a
 * header, then parts (a line that names the part, then a line for each of its rows), last the manifest, which says how
 * much was written and what it hashes to.
 */
import { createHash, type Hash } from 'node:crypto';
import { DamagedArchiveError } from './errors.ts';

export const archiveFormat = 'iotcore-backup';
/** Raised when an older version of the project could not read what a newer one writes. */
export const archiveVersion = 1;

export interface ArchiveHeader {
  readonly format: typeof archiveFormat;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The schema: what was applied to the database, oldest first. */
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
}

/** What a part holds: the rows of a table, each an array of its columns' texts, or a file as one row of base64. */
export type PartName =
  | { readonly table: string; readonly columns: readonly string[] }
  | { readonly file: string };

export interface Part {
  readonly name: PartName;
  /** JSON arrays without line ends, some at a time. */
  readonly rows: AsyncIterable<readonly string[]>;
}

export interface PartSummary {
  readonly part: string;
  readonly rows: number;
  /** Of its lines, in hex. */
  readonly sha256: string;
}

export interface Manifest {
  readonly manifest: readonly PartSummary[];
  /** Of all lines before this one, in hex. */
  readonly sha256: string;
}

/** A line that is longer holds no row of ours: the largest is a message of 256 KiB in hexadecimal digits, in characters. */
const longestLine = 16 * 1024 * 1024;

function partLabel(name: PartName): string {
  return 'table' in name ? `table ${name.table}` : `file ${name.file}`;
}

/** Counts and hashes what goes by: both ends of the road keep one. */
class Tally {
  readonly #whole = createHash('sha256');
  readonly #parts: PartSummary[] = [];
  #part: { readonly label: string; rows: number; readonly hash: Hash } | undefined;

  get isInPart(): boolean {
    return this.#part !== undefined;
  }

  begin(label: string): void {
    this.end();
    this.#part = { label, rows: 0, hash: createHash('sha256') };
  }

  add(text: string, rows: number): void {
    this.#whole.update(text);
    if (!this.#part) return;
    this.#part.rows += rows;
    this.#part.hash.update(text);
  }

  end(): void {
    if (!this.#part) return;
    const { label, rows, hash } = this.#part;
    this.#parts.push({ part: label, rows, sha256: hash.digest('hex') });
    this.#part = undefined;
  }

  manifest(): Manifest {
    this.end();
    return { manifest: this.#parts, sha256: this.#whole.digest('hex') };
  }
}

/** The lines of an archive, and its manifest at the end. */
export async function* writeArchiveText(
  header: ArchiveHeader,
  parts: AsyncIterable<Part>,
): AsyncGenerator<string, Manifest> {
  const tally = new Tally();
  const counted = (text: string, rows: number) => {
    tally.add(text, rows);
    return text;
  };
  yield counted(`${JSON.stringify(header)}\n`, 0);
  for await (const { name, rows } of parts) {
    tally.begin(partLabel(name));
    yield counted(`${JSON.stringify(name)}\n`, 0);
    for await (const some of rows) yield counted(`${some.join('\n')}\n`, some.length);
  }
  const manifest = tally.manifest();
  yield `${JSON.stringify(manifest)}\n`;
  return manifest;
}

/** What is read, in its order. A row is the text of a JSON array. */
export type ArchiveItem =
  | { readonly header: ArchiveHeader }
  | { readonly part: PartName }
  | { readonly row: string }
  | { readonly manifest: Manifest };

/**
 * Reads what `writeArchiveText` wrote. Only after the manifest, which comes last, is it known that all before it is whole.
 *
 * @throws DamagedArchiveError
 */
export async function* readArchiveText(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveItem> {
  const tally = new Tally();
  let last: Manifest | undefined;
  let isFirst = true;
  for await (const line of splitLines(source)) {
    if (last) throw new DamagedArchiveError('it goes on after its end');
    if (line.startsWith('[')) {
      if (!tally.isInPart) throw new DamagedArchiveError('it has rows that belong to no table');
      tally.add(`${line}\n`, 1);
      yield { row: line };
      continue;
    }
    const value = parseLine(line);
    if (isFirst !== isHeader(value))
      throw new DamagedArchiveError('it does not begin like an archive of IoT Core');
    if (isFirst) yield { header: readHeader(value) };
    isFirst = false;
    if ('manifest' in value) {
      last = value as unknown as Manifest;
      compare(last, tally.manifest());
      yield { manifest: last };
      continue;
    }
    if (!isHeader(value)) {
      const name = readPartName(value);
      tally.begin(partLabel(name));
      yield { part: name };
    }
    tally.add(`${line}\n`, 0);
  }
  if (!last) throw new DamagedArchiveError('its end is missing');
}

function compare(written: Manifest, found: Manifest): void {
  const parts = Array.isArray(written.manifest) ? written.manifest : [];
  for (const [index, part] of found.manifest.entries()) {
    const claimed = parts[index];
    if (claimed?.part !== part.part || claimed.rows !== part.rows || claimed.sha256 !== part.sha256)
      throw new DamagedArchiveError(`${part.part} is not what was written`);
  }
  if (parts.length !== found.manifest.length) throw new DamagedArchiveError('a part is missing');
  if (written.sha256 !== found.sha256) throw new DamagedArchiveError('its beginning is not what was written');
}

type Line = Readonly<Record<string, unknown>>;

function isHeader(value: Line): boolean {
  return value['format'] === archiveFormat;
}

function readHeader({ version, createdAt, migrations }: Line): ArchiveHeader {
  if (!Number.isSafeInteger(version) || typeof createdAt !== 'string')
    throw new DamagedArchiveError('its first line has no version and time');
  if (!Array.isArray(migrations) || !migrations.every(isMigration))
    throw new DamagedArchiveError('the migrations in its first line are no list of names and checksums');
  return { format: archiveFormat, version: version as number, createdAt, migrations };
}

function isMigration(value: unknown): value is ArchiveHeader['migrations'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, checksum } = value as Line;
  return typeof name === 'string' && typeof checksum === 'string';
}

function readPartName({ table, columns, file }: Line): PartName {
  if (typeof file === 'string' && table === undefined) return { file };
  if (typeof table !== 'string' || file !== undefined)
    throw new DamagedArchiveError('a part of it is neither a table nor a file');
  const isList = Array.isArray(columns) && columns.every((name) => typeof name === 'string');
  if (!isList || columns.length === 0 || new Set(columns).size < columns.length)
    throw new DamagedArchiveError(`the columns of table ${table} are no list of different names`);
  return { table, columns };
}

function parseLine(line: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Line;
  } catch {
    // Said below.
  }
  throw new DamagedArchiveError('a line of it cannot be read');
}

async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let begunLength = 0;
  for await (const bytes of source) {
    const [first = '', ...further] = decoder.decode(bytes, { stream: true }).split('\n');
    begun.push(first);
    begunLength += first.length;
    if (begunLength > longestLine) throw new DamagedArchiveError('a line of it is too long');
    if (further.length === 0) continue;
    yield begun.join('');
    const rest = further.pop() ?? '';
    yield* further;
    begun = [rest];
    begunLength = rest.length;
  }
  if (begunLength > 0) throw new DamagedArchiveError('it ends within a line');
}
