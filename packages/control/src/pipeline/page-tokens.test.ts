import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageTokens } from './page-tokens.ts';

const newSecret = () => createSecretKey(randomBytes(32));
const secret = newSecret();
const tokens = new PageTokens(() => secret);

describe('a token does not open', () => {
  test('for another list', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (list, other, key) => {
        fc.pre(list !== other);
        expect(tokens.open(other, tokens.seal(list, key))).toBeUndefined();
      }),
    );
  });

  test('in another installation', () => {
    expect(new PageTokens(newSecret).open('list', tokens.seal('list', 'key'))).toBeUndefined();
  });

  test('with any bit turned', () => {
    const token = Buffer.from(tokens.seal('list', 'key'), 'base64url');
    for (let bit = 0; bit < token.length * 8; bit += 1) {
      const turned = Buffer.from(token);
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(tokens.open('list', turned.toString('base64url'))).toBeUndefined();
    }
  });

  test('when it is any text', () => {
    fc.assert(fc.property(fc.string(), (text) => tokens.open('list', text) === undefined));
  });

  test('in another variant of itself', () => {
    const token = tokens.seal('list', 'key');
    for (const variant of [`${token}=`, ` ${token}`, token.replace(/.$/, (last) => `${last}A`)]) {
      expect(tokens.open('list', variant)).toBeUndefined();
    }
  });
});

test('a token gives back its key', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ minLength: 1 }).filter((key) => key.isWellFormed()),
      (list, key) => {
        expect(tokens.open(list, tokens.seal(list, key))).toBe(key);
      },
    ),
  );
});

test('the longest key, 12 digits and an ID of 50, makes a token of 100 characters at most', () => {
  expect(tokens.seal('list', 'x'.repeat(12 + 50)).length).toBeLessThanOrEqual(100);
});
