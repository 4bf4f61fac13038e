import fc from 'fast-check';
import { expect, test } from 'vitest';
import { data, decodeData } from './publish-fields.ts';

test.each(['*', 'A', 'AAAAA', 'AA=', 'A===', 'AA==AA==', 'AA A', '_+==', 'AAAA\n', '====', 'AA=A'])(
  '%j is no base64',
  (text) => {
    expect(data.safeParse(text).success).toBe(false);
  },
);

test('any bytes go through base64 in both alphabets, padded or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const payload = Buffer.from(bytes);
      const padded = payload.toString('base64');
      for (const text of [padded, padded.replace(/=+$/, ''), payload.toString('base64url')]) {
        expect(data.safeParse(text).success).toBe(true);
        expect(decodeData(text).equals(payload)).toBe(true);
      }
    }),
  );
});

test.each([
  [262_144, true],
  [262_145, false],
])('%i bytes: %s', (length, isTaken) => {
  expect(data.safeParse(Buffer.alloc(length).toString('base64')).success).toBe(isTaken);
});
