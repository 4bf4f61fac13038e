import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCertificateField } from './certificate-field.ts';

const type = 0xe0;
const sha256 = createHash('sha256').update('certificate').digest();
const hex = sha256.toString('hex');

function field(value: Buffer | string, of = type): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([of, bytes.length >> 8, bytes.length & 255]), bytes]);
}

describe('the certificate in the header of a proxy', () => {
  test.each([
    ['as bytes', sha256],
    ['in lower-case hex', hex],
    ['in upper-case hex', hex.toUpperCase()],
  ])('is read %s, wherever it stands among other fields', (_how, value) => {
    const others = [field('h2', 0x01), field(Buffer.alloc(0), 0x02), field(Buffer.alloc(40), 0xe1)];
    for (let at = 0; at <= others.length; at++) {
      const fields = Buffer.concat(others.toSpliced(at, 0, field(value)));
      expect(readCertificateField(fields, type)).toEqual({ certificateSha256: hex });
    }
  });

  test.each([
    ['there are no fields', Buffer.alloc(0)],
    ['only others are there', field(sha256, 0xe1)],
    ['it is empty, as of a client without one', field('')],
  ])('is none when %s', (_what, fields) => {
    expect(readCertificateField(fields, type)).toEqual({});
  });

  test.each([
    ['of 31 bytes', field(sha256.subarray(1))],
    ['of 33 bytes', field(Buffer.alloc(33))],
    ['of 63 characters', field(hex.slice(1))],
    ['of 64 characters that are no hex', field(`${hex.slice(1)}g`)],
    ['there twice', Buffer.concat([field(sha256), field(sha256)])],
    ['there twice, empty first', Buffer.concat([field(''), field(sha256)])],
    ['cut short', field(sha256).subarray(0, -1)],
    ['followed by a field that is cut short', Buffer.concat([field(sha256), Buffer.from([1, 0])])],
  ])('makes the header malformed when it is %s', (_what, fields) => {
    expect(readCertificateField(fields, type)).toBe('malformed');
  });

  test('is whole or refused, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = readCertificateField(Buffer.from(bytes), type);
        if (found !== 'malformed') expect(found.certificateSha256 ?? hex).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
