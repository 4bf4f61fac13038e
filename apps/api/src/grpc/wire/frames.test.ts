import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, frame, maxMessageBytes, unpack } from './frames.ts';

const header = (flag: number, length: number) => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(flag, 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
};

describe('a stream is refused', () => {
  test('as soon as a message is announced that is too large', () => {
    const reader = new FrameReader();
    expect(() => reader.push(header(0, maxMessageBytes + 1))).toThrow('at most 1048576 bytes');
  });

  test.each([2, 3, 128, 255])('if a message begins with %i', (flag) => {
    expect(() => new FrameReader().push(Buffer.from([flag]))).toThrow('no gRPC message');
  });

  test.each([1, 4, 5, 7])('if it ends after %i bytes of a message of 8', (count) => {
    const reader = new FrameReader();
    expect(reader.push(frame(Buffer.from('abc')).subarray(0, count))).toEqual([]);
    expect(() => reader.end()).toThrow('ended within a message');
  });
});

test('messages come out as they went in, however the bytes are cut', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(messages, cuts, (sent, sizes) => {
      const bytes = Buffer.concat(sent.map(frame));
      const reader = new FrameReader();
      const got: Buffer[] = [];
      for (let at = 0, n = 0; at < bytes.length; n += 1) {
        const size = sizes[n % sizes.length] ?? 1;
        got.push(...reader.push(bytes.subarray(at, at + size)).map((message) => message.bytes));
        at += size;
      }
      reader.end();
      expect(got.map((one) => one.toString('hex'))).toEqual(
        sent.map((one) => Buffer.from(one).toString('hex')),
      );
    }),
  );
});

test('a message of the largest size is read one byte at a time', () => {
  const bytes = frame(Buffer.alloc(maxMessageBytes, 7));
  const reader = new FrameReader();
  let got = 0;
  for (let at = 0; at < bytes.length; at += 1) got += reader.push(bytes.subarray(at, at + 1)).length;
  reader.end();
  expect(got).toBe(1);
});

describe('a compressed message', () => {
  const compressed = (bytes: Buffer) => ({ compressed: true, bytes });

  test('is refused in an encoding that is not served, with those that are', async () => {
    await expect(unpack(compressed(Buffer.alloc(1)), 'br')).rejects.toMatchObject({
      status: 'UNIMPLEMENTED',
      message: expect.stringContaining('gzip or identity'),
    });
  });

  test('is refused if it grows beyond the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * maxMessageBytes));
    expect(bomb.length).toBeLessThan(maxMessageBytes);
    await expect(unpack(compressed(bomb), 'gzip')).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
  });

  test.each(['not gzip', ''])('is refused if it cannot be read: %j', async (text) => {
    await expect(unpack(compressed(Buffer.from(text)), 'gzip')).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    });
  });

  test('is decompressed', async () => {
    const bytes = Buffer.from('a registry');
    expect(await unpack(compressed(gzipSync(bytes)), 'gzip')).toEqual(bytes);
    expect(await unpack({ compressed: false, bytes }, 'gzip')).toEqual(bytes);
  });
});
