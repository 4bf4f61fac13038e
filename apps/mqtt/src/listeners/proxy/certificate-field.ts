/**
 * The field of a PROXY header, version 2, in which a proxy that ends TLS tells whose certificate a client has shown. The
 * protocol has none for it (PP2_TYPE_SSL holds a common name, which anybody may write into a certificate of his own): it is
 * one of the types that the protocol leaves to its users, and what HAProxy 2.9 and later can add.
 */

/** What the field says. */
export interface CertificateField {
  /** SHA-256 over the DER of the certificate, whose key was proven to the proxy, in lower-case hex. Undefined: none. */
  readonly certificateSha256?: string | undefined;
}

/** Type and length. */
const headBytes = 3;
const sha256Bytes = 32;
const sha256Hex = /^[0-9a-f]{64}$/i;

/**
 * Finds the field of this type in those that follow the addresses. `malformed`: a field is cut short, the one that counts is
 * there twice, or is no SHA-256 in bytes or hex. An empty one is none, as of a client without a certificate.
 */
export function readCertificateField(fields: Buffer, type: number): CertificateField | 'malformed' {
  let found: Buffer | undefined;
  for (let at = 0; at < fields.length; ) {
    if (at + headBytes > fields.length) return 'malformed';
    const end = at + headBytes + fields.readUInt16BE(at + 1);
    if (end > fields.length || (fields[at] === type && found)) return 'malformed';
    if (fields[at] === type) found = fields.subarray(at + headBytes, end);
    at = end;
  }
  if (found === undefined || found.length === 0) return {};
  if (found.length === sha256Bytes) return { certificateSha256: found.toString('hex') };
  const text = found.toString('latin1');
  return sha256Hex.test(text) ? { certificateSha256: text.toLowerCase() } : 'malformed';
}
