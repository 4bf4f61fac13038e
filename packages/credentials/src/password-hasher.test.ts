import { limits } from '@iotcore/model';
import { describe, expect, test } from 'vitest';
import { OverloadedError } from './bounded-queue.ts';
import { createPasswordHasher } from './password-hasher.ts';

const bytes = (text: string) => Buffer.from(text);

describe('PasswordHasher', () => {
  const hasher = createPasswordHasher();

  test('finds no match for a wrong password', async () => {
    const candidates = [{ id: 'a', hash: await hasher.hash('Correct-Horse-1') }];
    expect(await hasher.findMatch(candidates, bytes('Correct-Horse-2'))).toBeUndefined();
  });

  test('finds no match where there is no candidate or only a malformed hash', async () => {
    expect(await hasher.findMatch([], bytes('Correct-Horse-1'))).toBeUndefined();
    expect(await hasher.findMatch([{ hash: 'not a hash' }], bytes('x'))).toBeUndefined();
  });

  test('refuses to hash a password that is too long, and matches none that is', async () => {
    const longest = 'x'.repeat(limits.password.max);
    await expect(hasher.hash(`${longest}x`)).rejects.toBeInstanceOf(RangeError);
    const candidates = [{ hash: await hasher.hash(longest) }];
    expect(await hasher.findMatch(candidates, bytes(longest))).toBe(candidates[0]);
    expect(await hasher.findMatch(candidates, bytes(`${longest}x`))).toBeUndefined();
  });

  test('finds the one password of several that matches, also when it is not text', async () => {
    const first = { id: 'a', hash: await hasher.hash('Correct-Horse-1') };
    const second = { id: 'b', hash: await hasher.hash('Ключ-от-дома-2') };
    expect(await hasher.findMatch([first, second], bytes('Ключ-от-дома-2'))).toBe(second);
    expect(await hasher.findMatch([first, second], Buffer.from([0, 255, 254]))).toBeUndefined();
  });

  test('writes argon2id with its cost, and salts every hash anew', async () => {
    const [one, two] = await Promise.all([hasher.hash('Correct-Horse-1'), hasher.hash('Correct-Horse-1')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  test('makes hashes of another cost where it is told to, and knows those of any', async () => {
    const cheap = createPasswordHasher({ memoryKib: 64 });
    const candidates = [{ hash: await cheap.hash('Correct-Horse-1') }];
    expect(candidates[0]?.hash).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$/);
    expect(await cheap.findMatch(candidates, bytes('Correct-Horse-2'))).toBeUndefined();
    expect(await hasher.findMatch(candidates, bytes('Correct-Horse-1'))).toBe(candidates[0]);
  });

  test('says that it is overloaded instead of queueing without bound', async () => {
    const small = createPasswordHasher({ maxRunning: 1, maxWaiting: 1 });
    const results = await Promise.allSettled([1, 2, 3].map(() => small.findMatch([], bytes('x'))));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toBeInstanceOf(OverloadedError);
    expect(small.pending).toBe(0);
  });
});
