/** Self-signed certificates of kinds that no library makes any more, and that devices in the field still show. */
import { createHash, type KeyObject, sign } from 'node:crypto';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const dayMs = 24 * 60 * 60 * 1000;

// The content of the object identifiers of RFC 3279 and RFC 5758.
const oids = {
  'rsa sha1': '2a864886f70d010105',
  'rsa sha256': '2a864886f70d01010b',
  'ec sha256': '2a8648ce3d040302',
  commonName: '550403',
} as const;

/** A certificate in PEM form, valid for a day around now. RSA or elliptic curve keys. */
export function selfSigned({ publicKey, privateKey }: KeyPair, hash: 'sha1' | 'sha256' = 'sha256'): string {
  const kind = publicKey.asymmetricKeyType === 'rsa' ? (`rsa ${hash}` as const) : 'ec sha256';
  const algorithm = sequence(oid(oids[kind]), ...(kind === 'ec sha256' ? [] : [der(0x05)]));
  const name = sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from('device')))));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const serial = der(
    0x02,
    Buffer.concat([Buffer.of(1), createHash('sha256').update(key).digest().subarray(0, 8)]),
  );
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const validity = sequence(time(Date.now() - dayMs), time(Date.now() + dayMs));
  const body = sequence(version3, serial, algorithm, name, validity, name, key);
  const signature = der(0x03, Buffer.of(0), sign(hash, body, privateKey));
  const text = sequence(body, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));

/** UTCTime: years until 2049. */
function time(at: number): Buffer {
  const digits = new Date(at)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(digits));
}
