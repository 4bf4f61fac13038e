import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMark, encodeMark } from './marked-message.ts';

const name = fc.stringMatching(/^[^\s]{1,30}$/).filter((text) => Buffer.from(text).toString() === text);
const mark = fc.record({ publisher: name, sequence: fc.nat(), tenant: name });

describe('a marked message', () => {
  test('cannot be made of a name with a space', () => {
    expect(() => encodeMark({ publisher: 'a b', sequence: 1, tenant: 't' })).toThrow(TypeError);
    expect(() => encodeMark({ publisher: 'a', sequence: -1, tenant: 't' })).toThrow(TypeError);
  });

  test('is not read when any one of its bytes is changed or missing', () => {
    const whole = encodeMark({ publisher: 'device-1', sequence: 42, tenant: 'a' }, 64);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((whole[at] ?? 0) ^ 1, at);
      expect(decodeMark(damaged), `byte ${at} changed`).toBeUndefined();
      expect(decodeMark(whole.subarray(0, at)), `cut at ${at}`).toBeUndefined();
    }
  });

  test('is read as it was written, at the size asked for', () => {
    fc.assert(
      fc.property(mark, fc.nat({ max: 500 }), (wanted, size) => {
        const payload = encodeMark(wanted, size);
        expect(decodeMark(payload)).toEqual(wanted);
        expect(payload.length).toBeGreaterThanOrEqual(size);
        if (size > 200) expect(payload.length).toBe(size);
      }),
    );
  });

  test('of others is not read', () => {
    expect(decodeMark(Buffer.from('{"temperature": 20}'))).toBeUndefined();
    expect(decodeMark(Buffer.alloc(0))).toBeUndefined();
  });
});
