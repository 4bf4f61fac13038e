import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import {
  certificateDer,
  chainLength,
  dateValidity,
  readCertificate,
  splitCertificates,
} from './certificate.ts';

const pemOf = (name: string) =>
  readFileSync(new URL(`./testing/certificates/${name}.pem`, import.meta.url), 'utf8');
const good = pemOf('ecdsa-p256');
/** Issued by the authority. */
const [leaf, authority] = [pemOf('chain-leaf'), pemOf('chain-authority')];
/** Why it is refused, or undefined. */
const codeOf = (pem: string) => {
  const reading = readCertificate(pem);
  return reading.ok ? undefined : reading.violation.code;
};

/** The same block with bytes after the DER. */
function withTrailingBytes(pem: string): string {
  const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
  const base64 = Buffer.concat([der, Buffer.from('junk')]).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

describe('a certificate is refused', () => {
  test.each([
    ['nothing', '', 'REQUIRED'],
    ['white space', ' \r\n', 'REQUIRED'],
    ['no PEM', 'hello', 'NOT_A_CERTIFICATE'],
    ['the DER in base64 alone', good.replace(/-----.*-----/g, ''), 'NOT_A_CERTIFICATE'],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 'NOT_A_CERTIFICATE'],
    ['another label', good.replaceAll('CERTIFICATE', 'PUBLIC KEY'), 'NOT_A_CERTIFICATE'],
    ['a trusted certificate', good.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), 'NOT_A_CERTIFICATE'],
    ['a block without end', good.replace(/-----END.*/, ''), 'NOT_A_CERTIFICATE'],
    ['an end of another label', good.replace('END CERT', 'END X509 CERT'), 'NOT_A_CERTIFICATE'],
    [
      'a request for a certificate',
      good.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
      'NOT_A_CERTIFICATE',
    ],
    ['PKCS #7', good.replaceAll('CERTIFICATE', 'PKCS7'), 'NOT_A_CERTIFICATE'],
    ['a label inside a line', `x${good}`, 'NOT_A_CERTIFICATE'],
    ['quoted, line by line', good.replaceAll(/^/gm, '> '), 'NOT_A_CERTIFICATE'],
    ['a public key beside it', good + good.replaceAll('CERTIFICATE', 'PUBLIC KEY'), 'NOT_A_CERTIFICATE'],
    ['a second one that is cut off', good + good.slice(0, 200), 'NOT_A_CERTIFICATE'],
    ['bytes after the DER', withTrailingBytes(good), 'NOT_A_CERTIFICATE'],
    ['what is not base64', good.replace('MII', 'M*I'), 'NOT_A_CERTIFICATE'],
    ['one letter less', good.replace('MII', 'MI'), 'NOT_A_CERTIFICATE'],
    ['letters after its padding', good.replace('=\n', '=AAA\n'), 'NOT_A_CERTIFICATE'],
    ['U+0000 in the block', good.replace('\nMI', '\n\0MI'), 'INVALID_CHARACTERS'],
    ['U+0000 around it', `text\0\n${good}`, 'INVALID_CHARACTERS'],
    ['half a surrogate pair around it', `${good}\ud800`, 'INVALID_CHARACTERS'],
    ['two certificates', good + pemOf('rsa-2048'), 'SEVERAL_CERTIFICATES'],
    ['two that share a line', good.trimEnd() + pemOf('rsa-2048'), 'SEVERAL_CERTIFICATES'],
    [
      'two of one subject, neither of which issued the other',
      pemOf('same-subject-1') + pemOf('same-subject-2'),
      'SEVERAL_CERTIFICATES',
    ],
    ['a chain in reverse order', authority + leaf, 'SEVERAL_CERTIFICATES'],
    ['a chain and one more', leaf + authority + good, 'SEVERAL_CERTIFICATES'],
    ['a chain with a damaged link', leaf + authority.replace('MII', 'M*I'), 'SEVERAL_CERTIFICATES'],
    ['a chain without end', leaf + authority.repeat(11), 'SEVERAL_CERTIFICATES'],
    ['the same one twice', good + good, 'SEVERAL_CERTIFICATES'],
    ['a private key', good.replaceAll('CERTIFICATE', 'PRIVATE KEY'), 'PRIVATE_KEY'],
    ['a private key beside it', `${good}-----BEGIN EC PRIVATE KEY-----\nAAAA\n`, 'PRIVATE_KEY'],
    ['a private key of PGP', `${good}-----BEGIN PGP PRIVATE KEY BLOCK-----\n`, 'PRIVATE_KEY'],
    [
      'a private key written in one line',
      '-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----',
      'PRIVATE_KEY',
    ],
    ['an encrypted private key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\n', 'PRIVATE_KEY'],
  ])('if it is %s', (_, pem, code) => {
    expect(codeOf(pem)).toBe(code);
  });

  test.each(['rsa-512', 'rsa-16384', 'rsa-md5', 'ecdsa-secp112r1', 'dsa', 'x25519'])(
    'if its algorithms are weak, costly or unknown: %s',
    (name) => {
      expect(codeOf(pemOf(name))).toBe('UNSUPPORTED_CERTIFICATE');
    },
  );

  test('unread if it is too large', () => {
    const padding = '\n'.repeat(limits.certificateData.max - good.length);
    expect(codeOf(good + padding)).toBeUndefined();
    expect(codeOf(`${good + padding}\n`)).toBe('TOO_LONG');
    expect(codeOf('-----BEGIN CERTIFICATE-----\n'.repeat(400_000))).toBe('TOO_LONG');
  });

  test('without an exception, whatever is damaged', () => {
    const characters = [...good];
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ minLength: 0, maxLength: 3 }), (at, text) => {
        const pem = [...characters.slice(0, at), text, ...characters.slice(at + 1)].join('');
        expect(() => readCertificate(pem)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a certificate is read', () => {
  test.each(['rsa-1024', 'rsa-2048', 'rsa-sha1', 'ecdsa-p256', 'ed25519'])('with the key of %s', (name) => {
    expect(codeOf(pemOf(name))).toBeUndefined();
  });

  test('into what openssl prints of it', () => {
    const reading = readCertificate(good);
    expect(reading.ok && reading.certificate).toEqual({
      fingerprint: 'a95552f18a6f414e7e5e6a46dba06d793a538b89',
      sha256: Buffer.from('80f893859a167e84a41ab7ee751405d9a726b90ad761904dab13e58f910f666f', 'hex'),
      notBefore: new Date('2026-11-22T16:11:20Z'),
      notAfter: new Date('2036-11-19T16:11:20Z'),
    });
  });

  test.each([
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['no line break at the end', good.trimEnd()],
    ['the base64 in one line', good.replace(/(?<=[A-Za-z0-9+/=])\n(?!-)/g, '')],
    ['explanatory text before it', `Bag Attributes\n    localKeyID: 01\nsubject=CN = a\n${good}`],
    ['white space around it', `\n \n${good}\n \n`],
    ['blanks at the ends of its lines', good.replaceAll('\n', ' \t\n')],
    ['indented lines', good.replaceAll(/^/gm, '    ')],
    ['empty lines between', good.replaceAll('\n', '\n\n')],
    ['CR alone', good.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${good}`],
    ['text after it', `${good}Sent from my telephone`],
    ['the label of old programs', good.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['line ends as two characters', good.replaceAll('\n', '\\n')],
    ['line ends as four characters', good.replaceAll('\n', '\\r\\n')],
    ['blanks in place of line ends', good.replaceAll('\n', ' ')],
  ])('the same with %s', (_, pem) => {
    expect(readCertificate(pem)).toEqual(readCertificate(good));
    expect(certificateDer(pem)).toEqual(certificateDer(good));
  });

  test.each([
    ['alone', leaf, 1],
    ['before its authority', leaf + authority, 2],
    ['before its authority, with text between', `subject=CN=pump\n${leaf}issuer=CN=plant\n${authority}`, 2],
  ])('that comes first in its chain: %s', (_, pem, length) => {
    expect(readCertificate(pem)).toEqual(readCertificate(leaf));
    expect(chainLength(pem)).toBe(length);
  });

  test('in time that grows with the length alone', () => {
    for (const filling of [' ', '\n', '-', '-----BEGIN ', '-----BEGIN A-----', '-----END ', '\\'])
      expect(codeOf(filling.repeat(limits.certificateData.max / filling.length))).toBeDefined();
  });
});

describe('several certificates in one text', () => {
  test.each([
    ['one after the other', [good, pemOf('rsa-2048'), pemOf('ed25519')]],
    ['a chain, which belongs to one owner', [good, leaf + authority, pemOf('ed25519')]],
    ['with text before them', [`Bag Attributes\n${good}`, leaf]],
    ['no line end between them', [good.trimEnd(), leaf]],
    ['nothing that is PEM', ['hello']],
    ['one that is damaged', [good.replace('MII', 'M*I'), leaf]],
  ])('are divided: %s', (_, parts) => {
    expect(splitCertificates(parts.join(''))).toEqual(parts);
  });
});

describe('the dates of a certificate', () => {
  const dates = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };

  test.each([
    ['2025-12-31T23:59:59.999Z', 'not yet valid'],
    ['2026-01-01T00:00:00Z', 'valid'],
    ['2027-01-01T00:00:00Z', 'valid'],
    ['2027-01-01T00:00:01Z', 'expired'],
  ])('are at %s: %s', (now, validity) => {
    expect(dateValidity(dates, new Date(now))).toBe(validity);
  });
});
