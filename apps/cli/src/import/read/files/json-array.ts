/**
 * Reads a JSON array of any size, one entry at a time. Entries are cut out of the bytes by their brackets and parsed
 * alone, so that a bad one costs no other, and what stands before the end of a truncated file still counts.
 */

/** An entry longer than this is no registry, device or certificate: those have a few kilobytes, 40 at most. */
const maxEntryBytes = 1_048_576;

/** What costs one entry. */
export type EntryFault = 'BAD_ENTRY' | 'ENTRY_TOO_LARGE' | 'CUT_ENTRY';
/** What ends the file early; how many entries it costs is not known. */
export type FileFault = 'TRUNCATED' | 'NOT_AN_ARRAY' | 'TEXT_BEHIND';

export type ArrayItem =
  | { readonly index: number; readonly value: unknown }
  | { readonly index: number; readonly entryFault: EntryFault }
  | { readonly index: number; readonly fileFault: FileFault };

const byte = (character: string) => character.charCodeAt(0);
const quote = byte('"');
const backslash = byte('\\');
const comma = byte(',');
const arrayBegin = byte('[');
const arrayEnd = byte(']');
const objectBegin = byte('{');
const objectEnd = byte('}');
const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/**
 * The entries of the array in these bytes, in order. Faults that concern the file as a whole carry the index of the
 * entry that would have come next. A byte order mark is skipped; nothing at all is an empty array.
 */
export async function* readJsonArray(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArrayItem> {
  const splitter = new ArraySplitter();
  const input = new Utf8Input();
  for await (const chunk of chunks) yield* splitter.push(input.convert(chunk));
  yield* splitter.end();
}

/** The same for an array that is in memory already. */
export function* splitJsonArray(bytes: Uint8Array): Generator<ArrayItem> {
  const splitter = new ArraySplitter();
  yield* splitter.push(new Utf8Input().convert(bytes));
  yield* splitter.end();
}

/** Windows PowerShell writes redirected output as UTF-16 with a byte order mark; all else is taken as UTF-8. */
class Utf8Input {
  #utf16: InstanceType<typeof TextDecoder> | undefined;
  #isFirst = true;

  convert(chunk: Uint8Array): Uint8Array {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) this.#utf16 = new TextDecoder('utf-16le');
    if (this.#utf16) return Buffer.from(this.#utf16.decode(chunk, { stream: true }));
    const isMarked = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    return isMarked ? chunk.subarray(3) : chunk;
  }
}

/** Where in the array the next byte stands. */
type Position = 'before' | 'between' | 'in entry' | 'after' | 'lost';

class ArraySplitter {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #position: Position = 'before';
  #index = 0;
  /** What has come of the entry in earlier chunks. */
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  *push(chunk: Uint8Array): Generator<ArrayItem> {
    let at = 0;
    let from = 0;
    while (at < chunk.length && this.#position !== 'lost') {
      if (this.#position === 'in entry') {
        at = this.#skipInEntry(chunk, at);
        if (at === chunk.length) break;
        yield this.#finish(chunk.subarray(from, at));
        continue;
      }
      const code = chunk[at] ?? 0;
      if (isSpace(code)) at += 1;
      else if (this.#position === 'between' && code !== arrayEnd && code !== comma) {
        this.#position = 'in entry';
        from = at;
      } else {
        const fault = this.#step(code);
        if (fault) yield fault;
        at += 1;
      }
    }
    if (this.#position === 'in entry') this.#keep(chunk.subarray(from));
  }

  *end(): Generator<ArrayItem> {
    if (this.#position === 'in entry') {
      const last = this.#finish(new Uint8Array());
      yield 'value' in last ? last : { index: last.index, entryFault: 'CUT_ENTRY' };
    }
    if (this.#position === 'between') yield { index: this.#index, fileFault: 'TRUNCATED' };
  }

  /** A byte that begins no entry: of the array itself, or of something that is none. */
  #step(code: number): ArrayItem | undefined {
    if (this.#position === 'before' && code === arrayBegin) this.#position = 'between';
    else if (this.#position === 'between') this.#position = code === arrayEnd ? 'after' : 'between';
    else {
      const fileFault = this.#position === 'before' ? 'NOT_AN_ARRAY' : 'TEXT_BEHIND';
      this.#position = 'lost';
      return { index: this.#index, fileFault };
    }
    return undefined;
  }

  /** The offset just after the entry, or the chunk's length while the entry goes on. */
  #skipInEntry(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const code = chunk[at];
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === backslash) this.#isEscaped = true;
        else if (code === quote) this.#inString = false;
      } else if (code === quote) this.#inString = true;
      else if (code === objectBegin || code === arrayBegin) this.#depth += 1;
      else if (this.#depth === 0 && (code === comma || code === arrayEnd)) return at;
      else if (code === objectEnd || code === arrayEnd) this.#depth = Math.max(0, this.#depth - 1);
    }
    return chunk.length;
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > maxEntryBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  #finish(last: Uint8Array): ArrayItem {
    this.#keep(last);
    const index = this.#index;
    const isTooLarge = this.#bytes > maxEntryBytes;
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    this.#index += 1;
    this.#position = 'between';
    if (isTooLarge) return { index, entryFault: 'ENTRY_TOO_LARGE' };
    try {
      const text = this.#decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
      return { index, value: JSON.parse(text) };
    } catch {
      return { index, entryFault: 'BAD_ENTRY' };
    }
  }
}
