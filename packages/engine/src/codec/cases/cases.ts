import { readdirSync, readFileSync } from 'node:fs';

/** A conformance case, as README.md beside this file explains it, its bytes read. */
export interface ConformanceCase {
  /** Name of the file that it stands in, without `.json`. */
  readonly file: string;
  readonly title: string;
  readonly bytes: Buffer;
  /** Packets as JSON: buffers in hexadecimal, absent fields left out. */
  readonly packets?: readonly unknown[];
  readonly error?: string;
  readonly reply: Buffer;
  readonly closes: boolean;
  /** Whether the bytes come on a fresh connection, or after a CONNECT that was accepted. */
  readonly isFresh: boolean;
}

interface RawCase {
  readonly title: string;
  readonly bytes: string;
  readonly packets?: readonly unknown[];
  readonly error?: string;
  readonly server: string;
}

/** A CONNECT that every host of the tests accepts. */
export const plainConnect: Buffer = parseBytes("10 13 00 04 'MQTT' 04 02 00 00 00 07 'replays'");

export function readCases(): ConformanceCase[] {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => {
    const raw = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as RawCase[];
    return raw.map((item) => toCase(name.replace('.json', ''), item));
  });
}

function toCase(file: string, raw: RawCase): ConformanceCase {
  const closes = /\bclose$/.test(raw.server);
  return {
    file,
    title: raw.title,
    bytes: parseBytes(raw.bytes),
    ...(raw.packets && { packets: raw.packets }),
    ...(raw.error && { error: raw.error }),
    reply: parseBytes(raw.server.replace(/\bclose$/, '')),
    closes,
    isFresh: file === 'connect' || file === 'order',
  };
}

function parseBytes(notation: string): Buffer {
  const parts = notation.match(/'[^']*'|[0-9a-f]{2}(\*\d+)?|\S+/g) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith("'")) return Buffer.from(part.slice(1, -1));
      const [, pair, count = '1'] = /^([0-9a-f]{2})(?:\*(\d+))?$/.exec(part) ?? [];
      if (!pair) throw new SyntaxError(`not bytes: ${part}`);
      return Buffer.alloc(Number(count), Buffer.from(pair, 'hex'));
    }),
  );
}
