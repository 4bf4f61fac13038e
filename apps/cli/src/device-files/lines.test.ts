import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

async function lines(text: string, chunkBytes: number): Promise<(string | undefined)[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const found: (string | undefined)[] = [];
  for await (const line of readLines(chunks())) found.push(line);
  return found;
}

test('a line that is far too long is not kept, and costs no other', async () => {
  expect(await lines(`a\n${'x'.repeat(1_100_000)}\nb\n`, 65_536)).toEqual(['a', undefined, 'b']);
});

test.each([1, 3, 1_000])('lines are the same in pieces of %i bytes', async (chunkBytes) => {
  expect(await lines('насос\r\n\n"a"\nlast', chunkBytes)).toEqual(['насос', '', '"a"', 'last']);
});
