/** The rows of a CSV or NDJSON file of devices, one at a time. */
import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';
import { CliError, usageError } from '../errors.ts';
import type { Journal } from '../import/finding.ts';
import { columns, valueOfCell } from './columns.ts';
import { readLines } from './lines.ts';

export type FileFormat = 'csv' | 'ndjson';

export interface Row {
  /** The line that it ends in, from 1. */
  readonly line: number;
  readonly value: unknown;
}

/** A row longer than this is no device. */
const maxRowBytes = 1_048_576;

/** What decoding puts in place of bytes that are no UTF-8: it must not be stored instead of what was meant. */
const replacement = '\uFFFD';
const notUtf8 = 'It holds bytes that are no UTF-8: save the file in UTF-8.';

export function readRows(path: string, format: FileFormat, journal: Journal): AsyncGenerator<Row> {
  return format === 'csv' ? readCsv(path, journal) : readNdjson(path, journal);
}

async function* readNdjson(path: string, journal: Journal): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of readLines(createReadStream(path))) {
    number += 1;
    const text = number === 1 ? line?.replace(/^\uFEFF/, '') : line;
    if (text?.trim() === '') continue;
    if (text?.includes(replacement)) {
      refuseRow(journal, path, number, notUtf8);
      continue;
    }
    try {
      yield { line: number, value: JSON.parse(text ?? '') };
    } catch {
      const reason = text === undefined ? 'The line has more than 1 MiB.' : 'The line is no JSON.';
      refuseRow(journal, path, number, reason);
    }
  }
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

async function* readCsv(path: string, journal: Journal): AsyncGenerator<Row> {
  const file = createReadStream(path);
  const parser = file.pipe(
    parse({
      bom: true,
      columns: (names: string[]) => names.map((name) => known(name, path, journal)),
      info: true,
      max_record_size: maxRowBytes,
      // A stray quote is part of a bad value, and must not make the rows after it part of it, too.
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error: CsvError | undefined) => {
        const reason = `The row is no CSV: ${error?.code ?? 'unreadable'}.`;
        refuseRow(journal, path, Number(error?.['lines'] ?? 0), reason);
        return undefined;
      },
    }),
  );
  file.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRow>) {
      if (Object.values(record).some((cell) => cell.includes(replacement))) {
        refuseRow(journal, path, info.lines, notUtf8);
        continue;
      }
      const fields = Object.entries(record).map(([column, cell]) => [column, valueOfCell(column, cell)]);
      yield { line: info.lines, value: Object.fromEntries(fields) };
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw usageError(`${path}: cannot be read as CSV: ${(error as Error).message}`);
  }
}

/** A heading as this program writes it; an unknown one is reported, as it may be misspelt. */
function known(name: string, path: string, journal: Journal): string {
  const column = name.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (!columns.some((one) => one === column) && column !== 'registry_id') {
    const reason = `Column "${name}" is not read.`;
    journal.warn({ file: path, reason, advice: `These are: ${columns.join(', ')}.` });
  }
  return column;
}

function refuseRow(journal: Journal, file: string, entry: number, reason: string): void {
  journal.read('DEVICE');
  journal.refuse('DEVICE', { file, entry, kind: 'DEVICE', reason, advice: 'Correct it and run again.' });
}
