/** Where results go (standard output, in the format that was asked for) and where words for people go (standard error). */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { jsonText, yamlText } from './documents.ts';
import { printable } from './printable.ts';
import { snakeCase } from './snake-case.ts';
import { type Column, cellText, fieldLines, tableLines } from './table.ts';

/** `text` is what the old service calls `table`; `json-rest` is the JSON of the API, names unchanged. */
export const formats = ['table', 'text', 'json', 'yaml', 'json-rest'] as const;
export type Format = (typeof formats)[number];

export interface OutputStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

const clearLine = '\r\u001b[K';

export class Output {
  /** Of the results. Set by `--format`. */
  format: Format = 'table';
  readonly #stdout: OutputStreams['stdout'];
  readonly #stderr: OutputStreams['stderr'];
  #inProgress = false;

  constructor({ stdout, stderr }: OutputStreams) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** Does a person see the results as they are, with what is in them? */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Are results for people rather than for programs? */
  get isTable(): boolean {
    return this.format === 'table' || this.format === 'text';
  }

  /** One thing: a resource, a report. */
  async result(value: object): Promise<void> {
    if (this.format === 'yaml') return this.raw(await yamlText(snakeCase(value)));
    if (!this.isTable) return this.raw(`${jsonText(this.#named(value), 2)}\n`);
    for (const line of fieldLines(snakeCase(value) as object)) await this.raw(`${line}\n`);
  }

  /** A list, printed as it comes. `ifEmpty` is what a person is told where there is none; undefined: it is never empty, or says so itself. */
  async rows<Row extends object>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    columns: readonly Column<Row>[],
    ifEmpty: string | undefined,
  ): Promise<void> {
    if (this.isTable) await this.#table(tableLines(rows, columns), ifEmpty);
    else if (this.format === 'yaml') await this.#yamlList(rows);
    else await this.#jsonList(rows);
  }

  /**
   * A list that may never end. In JSON each is a line of its own, in YAML a document: a reader can begin at once.
   */
  async stream<Row extends object>(rows: AsyncIterable<Row>, columns: readonly Column<Row>[]): Promise<void> {
    for await (const row of rows) {
      if (this.format === 'yaml') await this.raw(`---\n${await yamlText(snakeCase(row))}`);
      else if (!this.isTable) await this.raw(`${jsonText(this.#named(row))}\n`);
      else await this.raw(`${columns.map(({ value }) => cellText(value(row))).join('  ')}\n`);
    }
  }

  /**
   * Text as it is, for what has no format: a payload, a script. Waits for a slow reader: a list of a million rows must
   * not pile up in memory.
   */
  async raw(text: string | Uint8Array): Promise<void> {
    this.#endProgress();
    if (!this.#stdout.write(text)) await once(this.#stdout, 'drain');
  }

  /** Progress, for a person at a terminal; on standard error. */
  note(text: string): void {
    this.#endProgress();
    this.#stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  /** A line that replaces the progress before it; on a terminal alone. */
  progress(text: string): void {
    if (this.#stderr.isTTY !== true) return;
    this.#stderr.write(clearLine + printable(text));
    this.#inProgress = true;
  }

  #endProgress(): void {
    if (this.#inProgress) this.#stderr.write(clearLine);
    this.#inProgress = false;
  }

  async #table(lines: AsyncIterable<string>, ifEmpty: string | undefined): Promise<void> {
    let isEmpty = true;
    for await (const line of lines) {
      isEmpty = false;
      await this.raw(`${line}\n`);
    }
    if (isEmpty && ifEmpty !== undefined) this.note(ifEmpty);
  }

  async #jsonList(rows: Iterable<object> | AsyncIterable<object>): Promise<void> {
    let separator = '[\n  ';
    for await (const row of rows) {
      await this.raw(separator + jsonText(this.#named(row), 2).replaceAll('\n', '\n  '));
      separator = ',\n  ';
    }
    await this.raw(separator.startsWith('[') ? '[]\n' : '\n]\n');
  }

  async #yamlList(rows: Iterable<object> | AsyncIterable<object>): Promise<void> {
    let isEmpty = true;
    for await (const row of rows) {
      await this.raw(await yamlText([snakeCase(row)]));
      isEmpty = false;
    }
    if (isEmpty) await this.raw('[]\n');
  }

  /** With the names of fields that the format has. */
  #named(value: object): unknown {
    return this.format === 'json-rest' ? value : snakeCase(value);
  }
}
