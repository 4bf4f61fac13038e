import { describe, expect, test } from 'vitest';
import { type ArrayItem, readJsonArray } from './json-array.ts';

async function read(bytes: string | Uint8Array, chunkBytes = 1_000_000): Promise<ArrayItem[]> {
  const all = Buffer.from(bytes as string);
  async function* chunks() {
    for (let at = 0; at < all.length; at += chunkBytes) yield all.subarray(at, at + chunkBytes);
  }
  const items: ArrayItem[] = [];
  for await (const item of readJsonArray(chunks())) items.push(item);
  return items;
}
const values = (items: readonly ArrayItem[]) =>
  items.map((item) => {
    if ('value' in item) return item.value;
    return 'entryFault' in item ? item.entryFault : item.fileFault;
  });

describe('an array that is not whole', () => {
  test.each([
    ['cut inside an entry', '[{"a":1},{"b":', [{ a: 1 }, 'CUT_ENTRY', 'TRUNCATED']],
    ['cut inside a string', '[{"a":"}', ['CUT_ENTRY', 'TRUNCATED']],
    ['cut after an entry', '[{"a":1},{"b":1}', [{ a: 1 }, { b: 1 }, 'TRUNCATED']],
    ['cut after a comma', '[{"a":1},', [{ a: 1 }, 'TRUNCATED']],
    ['cut after the bracket', '[', ['TRUNCATED']],
    ['an object', '{"a":1}', ['NOT_AN_ARRAY']],
    ['a message of a program', 'ERROR: no such folder', ['NOT_AN_ARRAY']],
    ['with text after it', '[{"a":1}] [', [{ a: 1 }, 'TEXT_BEHIND']],
  ])('gives what stands before the fault: %s', async (_, text, expected) => {
    expect(values(await read(text))).toEqual(expected);
  });

  test('loses a bad entry and no other', async () => {
    const items = await read('[{"a":1},{"a":01},{"b":]},{"a":2}]');
    expect(values(items)).toEqual([{ a: 1 }, 'BAD_ENTRY', 'BAD_ENTRY', { a: 2 }]);
    expect(items.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  test('loses an entry with bytes that are no text', async () => {
    const items = await read(Buffer.concat([Buffer.from('["'), Buffer.from([0xff]), Buffer.from('",2]')]));
    expect(values(items)).toEqual(['BAD_ENTRY', 2]);
  });

  test('does not keep an entry that is far too large', async () => {
    expect(values(await read(`["${'x'.repeat(1_100_000)}",2]`, 65_536))).toEqual(['ENTRY_TOO_LARGE', 2]);
  });
});

describe('an array is read', () => {
  test.each([
    ['an empty file', '', []],
    ['white space alone', ' \r\n', []],
    ['an empty array', '[]', []],
    ['an empty array after a byte order mark', '\uFEFF[ ]\n', []],
    ['scalars', '[1, "a,]", true,null]', [1, 'a,]', true, null]],
    ['brackets and quotes inside strings', '[{"a":"]},\\"["},[[]]]', [{ a: ']},"[' }, [[]]]],
  ])('%s', async (_, text, expected) => {
    expect(values(await read(text))).toEqual(expected);
  });

  test('the same whatever pieces it comes in', async () => {
    const text = JSON.stringify([{ name: 'насос', pem: 'a\nb"\\' }, [1, { b: [] }], 'x'], null, 2);
    for (let bytes = 1; bytes < 20; bytes += 1)
      expect(values(await read(text, bytes))).toEqual(JSON.parse(text));
  });

  test('in the UTF-16 that PowerShell writes', async () => {
    const text = '\uFEFF[{"name":"насос"}]\r\n';
    expect(values(await read(Buffer.from(text, 'utf16le'), 1_000))).toEqual([{ name: 'насос' }]);
  });
});
