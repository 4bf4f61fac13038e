/**
 * The payload of every message under test. It says who sent it, as which of its messages, in which tenant, and carries a
 * check sum, so that a receiver can tell by itself what it got and whether it should have.
 */
import { crc32 } from 'node:zlib';

export interface Mark {
  readonly publisher: string;
  readonly sequence: number;
  readonly tenant: string;
}

const layout = /^mark ([^ ]+) (\d{1,15}) ([^ ]+) x* ([0-9a-f]{8})$/;

/** Names must be free of spaces. `size`: fill up to so many bytes, if it is shorter. */
export function encodeMark({ publisher, sequence, tenant }: Mark, size = 0): Buffer {
  const head = `mark ${publisher} ${sequence} ${tenant} `;
  const fill = 'x'.repeat(Math.max(0, size - Buffer.byteLength(head) - 9));
  const body = `${head}${fill} `;
  const payload = Buffer.from(body + checksum(body));
  if (decodeMark(payload) === undefined)
    throw new TypeError(`not a mark: ${publisher} ${sequence} ${tenant}`);
  return payload;
}

/** Undefined: damaged, or no message of ours. */
export function decodeMark(payload: Buffer): Mark | undefined {
  const text = payload.toString();
  const [, publisher, sequence, tenant, sum] = layout.exec(text) ?? [];
  if (publisher === undefined || sequence === undefined || tenant === undefined) return undefined;
  if (sum !== checksum(text.slice(0, -8))) return undefined;
  return { publisher, sequence: Number(sequence), tenant };
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0');
