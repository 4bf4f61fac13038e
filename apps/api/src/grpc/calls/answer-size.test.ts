import { describe, expect, test } from 'vitest';
import { fitting } from './answer-size.ts';

const mebibyte = 1024 * 1024;

/** A list of items of this size each. */
function list(total: number, itemBytes: number) {
  const asked: number[] = [];
  const answer = async (fields: Readonly<Record<string, unknown>>) => {
    const count = Math.min(total, (fields['pageSize'] as number) || 100);
    asked.push(count);
    const output = { items: Array(count).fill('x'), nextPageToken: 'next' };
    return { output, bytes: new Uint8Array(count * itemBytes) };
  };
  return { answer, asked };
}

describe('an answer is refused', () => {
  test('if one item alone is too large', async () => {
    const { answer } = list(1, 4 * mebibyte);
    await expect(fitting({}, true, answer)).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
  });

  test('if it is too large and has no pages', async () => {
    const { answer } = list(100, mebibyte);
    await expect(fitting({}, false, answer)).rejects.toMatchObject({
      message: expect.stringContaining('REST API'),
    });
  });
});

test('a page that is small enough is asked for once', async () => {
  const { answer, asked } = list(1000, 1024);
  await fitting({ pageSize: 1000 }, true, answer);
  expect(asked).toEqual([1000]);
});

test('a page that is too large ends early', async () => {
  const { answer, asked } = list(1000, 12 * 1024);
  const bytes = await fitting({ pageSize: 1000 }, true, answer);
  expect(bytes.length).toBeLessThanOrEqual(3.5 * mebibyte);
  expect(bytes.length).toBeGreaterThan(2 * mebibyte);
  expect(asked.length).toBe(2);
});
