/** Where results go (standard output, in the format that was asked for) and where words for people go (standard error). */
import type { Writable } from 'node:stream';
import { snakeCase } from './snake-case.ts';
import { type Column, fieldLines, tableLines } from './table.ts';

/** `text` is what the old service calls `table`; `json-rest` is the JSON of the API, names unchanged. */
export const formats = ['table', 'text', 'json', 'yaml', 'json-rest'] as const;
export type Format = (typeof formats)[number];

export interface Output {
  /** Of the results. Set by `--format`. */
  format: Format;
  /** One thing: a resource, a report. */
  result(value: object): Promise<void>;
  /** A list, printed as it comes. Without `columns` a table has those of the first row. */
  rows<Row extends object>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    columns: readonly Column<Row>[],
  ): Promise<void>;
  /** Text as it is, for what has no format: a payload, a script. */
  raw(text: string | Uint8Array): Promise<void>;
  /** A line for the person who waits; on standard error. */
  note(text: string): void;
  /** Like `note`, but replaces the progress before it on a terminal, and is silent elsewhere. */
  progress(text: string): void;
}

export interface OutputStreams {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

export function createOutput({ stdout, stderr }: OutputStreams): Output {
  let inProgress = false;
  const endProgress = () => {
    if (inProgress) stderr.write('\r\u001b[K');
    inProgress = false;
  };
  /** Waits for a slow reader: a list of a million rows must not pile up in memory. */
  const write = async (text: string | Uint8Array) => {
    endProgress();
    if (stdout.write(text)) return;
    await new Promise<void>((resolve) => stdout.once('drain', resolve));
  };
  return {
    format: 'table',
    async result(value) {
      if (this.format === 'json' || this.format === 'json-rest')
        return write(`${JSON.stringify(this.format === 'json' ? snakeCase(value) : value, null, 2)}\n`);
      if (this.format === 'yaml') return write(await yamlOf(snakeCase(value)));
      for (const line of fieldLines(snakeCase(value) as object)) await write(`${line}\n`);
    },
    async rows(rows, columns) {
      if (this.format === 'json' || this.format === 'json-rest') {
        let separator = '[\n  ';
        for await (const row of rows) {
          const text = JSON.stringify(this.format === 'json' ? snakeCase(row) : row, null, 2);
          await write(separator + text.replaceAll('\n', '\n  '));
          separator = ',\n  ';
        }
        return write(separator.startsWith('[') ? '[]\n' : '\n]\n');
      }
      if (this.format === 'yaml') {
        let empty = true;
        for await (const row of rows) {
          await write(await yamlOf([snakeCase(row)]));
          empty = false;
        }
        return empty ? write('[]\n') : undefined;
      }
      for await (const line of tableLines(rows, columns)) await write(`${line}\n`);
    },
    raw: write,
    note(text) {
      endProgress();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\u001b[K${text}`);
      inProgress = true;
    },
  };
}

async function yamlOf(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  // Timestamps stay text for parsers of YAML 1.1, too.
  return stringify(value, { version: '1.1', lineWidth: 0 });
}
