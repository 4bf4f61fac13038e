import type { KeyObject, X509Certificate } from 'node:crypto';
import { limits, minRsaModulusBits } from '../limits.ts';

/** Curves that TLS 1.2 and 1.3 clients use; all of at least 224 bits. */
const curves: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp224r1',
  'secp256k1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
]);

/**
 * RSA with MD2, MD4 and MD5 (PKCS #1), as DER of the object identifier's content. The signature of a pinned certificate
 * proves nothing, but an attacker that can make MD5 collisions can make two certificates that one signature fits.
 */
const brokenSignatures: ReadonlySet<string> = new Set([
  '2a864886f70d010102',
  '2a864886f70d010103',
  '2a864886f70d010104',
]);

/** Why a certificate's algorithms are refused, or undefined if they are not. */
export function whyUnsupported(x509: X509Certificate): string | undefined {
  try {
    if (brokenSignatures.has(signatureAlgorithm(x509.raw))) {
      return 'Signed with MD5 or older: make it anew with SHA-256.';
    }
    return whyKeyUnsupported(x509.publicKey);
  } catch {
    return 'A public key of an unknown kind: RSA, ECDSA and Ed25519 are known.';
  }
}

function whyKeyUnsupported(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss': {
      const bits = details?.modulusLength ?? 0;
      const isSupported = bits >= minRsaModulusBits && bits <= limits.rsaModulus.max;
      return isSupported ? undefined : `RSA keys have ${minRsaModulusBits} to ${limits.rsaModulus.max} bits.`;
    }
    case 'ec':
      return curves.has(details?.namedCurve ?? '') ? undefined : 'An elliptic curve that TLS does not use.';
    case 'ed25519':
    case 'ed448':
      return undefined;
    default:
      return 'A public key of an unknown kind: RSA, ECDSA and Ed25519 are known.';
  }
}

/**
 * The object identifier of the signature algorithm, its DER content as hex. Certificate ::= SEQUENCE { tbsCertificate,
 * signatureAlgorithm SEQUENCE { algorithm, … }, … } (RFC 5280 section 4.1). Node names it only since 24.9.
 */
function signatureAlgorithm(der: Buffer): string {
  const certificate = contentAt(der, 0);
  const tbsCertificate = contentAt(der, certificate.start);
  const algorithmIdentifier = contentAt(der, tbsCertificate.end);
  const algorithm = contentAt(der, algorithmIdentifier.start);
  return der.subarray(algorithm.start, algorithm.end).toString('hex');
}

/** Where the content of the DER element at `offset` lies. The DER is OpenSSL's own, so it is well-formed. */
function contentAt(der: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const lengthBytes = first & 0x7f;
  const start = offset + 2 + lengthBytes;
  return { start, end: start + der.readUIntBE(offset + 2, lengthBytes) };
}
