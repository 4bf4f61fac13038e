import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seal, UnreadableSecretsError, unseal } from './sealing.ts';

const key = { kid: 'first', seed: randomBytes(32) };
const find = (kid: string) => (kid === key.kid ? key.seed : undefined);
const secrets = { password: 'Correct-Horse-7-Battery' };

describe('sealed secrets do not open', () => {
  const sealed = seal(key, 'one', secrets);
  test('for another owner', () =>
    expect(() => unseal(sealed, 'other', find)).toThrow(UnreadableSecretsError));
  test('without their key', () =>
    expect(() => unseal(sealed, 'one', () => undefined)).toThrow(UnreadableSecretsError));
  test('with another key', () =>
    expect(() => unseal(sealed, 'one', () => randomBytes(32))).toThrow(UnreadableSecretsError));
  test('with any byte changed, or missing', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => unseal(changed, 'one', find)).toThrow(UnreadableSecretsError);
      expect(() => unseal(sealed.subarray(0, at), 'one', find)).toThrow(UnreadableSecretsError);
    }
  });
});

test('sealed secrets open for their owner, hold nothing readable, and are never sealed alike', () => {
  const sealed = seal(key, 'one', secrets);
  expect(unseal(sealed, 'one', find)).toEqual(secrets);
  expect(sealed.includes(secrets.password)).toBe(false);
  expect(seal(key, 'one', secrets).equals(sealed)).toBe(false);
});
