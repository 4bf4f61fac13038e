import { createHash, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type CertificateOptions, makeCertificate } from './make-certificate.ts';

export interface SeriesCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** Lower-case hex over the DER: the `fingerprint` of the API. */
  readonly sha1: string;
}

/**
 * Certificates by the thousand: all of one key and alike but for their serial number, each signed anew. One of ECDSA costs
 * a hundredth of what making it from scratch does.
 */
export async function certificateSeries(options: CertificateOptions = {}): Promise<() => SeriesCertificate> {
  const { der, keyPem } = await makeCertificate(options);
  const key = createPrivateKey(keyPem);
  const outer = elementAt(der, 0);
  const tbs = elementAt(der, outer.start);
  const algorithm = elementAt(der, tbs.end);
  const version = elementAt(der, tbs.start);
  const serial = elementAt(der, version.end);
  const template = der.subarray(outer.start, tbs.end);
  const algorithmBytes = der.subarray(tbs.end, algorithm.end);
  const serialAt = serial.start - outer.start;
  return () => {
    const body = Buffer.from(template);
    const number = randomBytes(serial.end - serial.start);
    // The number stays positive, and as long as it is.
    number[0] = 1 + ((number[0] ?? 0) % 127);
    number.copy(body, serialAt);
    const signature = Buffer.concat([Buffer.from([0]), signatureOf(body, key)]);
    const made = element(0x30, Buffer.concat([body, algorithmBytes, element(0x03, signature)]));
    return { certPem: pemOf(made), keyPem, sha1: createHash('sha1').update(made).digest('hex') };
  };
}

function signatureOf(body: Buffer, key: KeyObject): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', body, key);
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** Where the content of the DER element at `offset` lies. */
function elementAt(der: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const start = offset + 2 + (first & 0x7f);
  return { start, end: start + der.readUIntBE(offset + 2, first & 0x7f) };
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const header = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}
