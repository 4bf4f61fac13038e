/**
 * X.509 certificates as clients bring them. There is no certificate authority: a certificate is known by the SHA-256 of
 * its DER and by nothing that it says, so all that is checked is that it is one, and that using it costs little.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { whyUnsupported } from './certificate-algorithms.ts';
import { limits } from './limits.ts';
import type { Violation, ViolationCode } from './violation.ts';

/** What is kept of a certificate beside the PEM, which is kept byte for byte. */
export interface CertificateFacts {
  /** SHA-256 over the DER, 32 bytes: what authentication compares. */
  readonly sha256: Buffer;
  /** SHA-1 over the DER, 40 lower-case hex digits: its name in the API. */
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type CertificateReading =
  | { readonly ok: true; readonly certificate: CertificateFacts }
  | { readonly ok: false; readonly violation: Violation };

export type DateJudgement = 'valid' | 'expired' | 'not yet valid';

/** Judges a certificate's dates; both of its ends belong to its life (RFC 5280 section 4.1.2.5). */
export function judgeDates(
  dates: Pick<CertificateFacts, 'notBefore' | 'notAfter'>,
  now: Date,
): DateJudgement {
  if (now < dates.notBefore) return 'not yet valid';
  return now > dates.notAfter ? 'expired' : 'valid';
}

/**
 * Reads PEM with exactly one certificate. Its dates are not judged. Refused: anything else in PEM, text behind the
 * certificate, bytes behind its DER, MD5 and older signatures, keys that are absurdly weak or costly.
 */
export function readCertificate(pem: string, field = 'certificateData'): CertificateReading {
  const refuse = (code: ViolationCode, description: string): CertificateReading => ({
    ok: false,
    violation: { code, field, description },
  });
  if (pem.trim() === '') return refuse('REQUIRED', 'A certificate in PEM is required.');
  if (pem.length > limits.certificateData.max) {
    return refuse('TOO_LONG', `At most ${limits.certificateData.max} characters.`);
  }
  if (/PRIVATE KEY-----/.test(pem)) {
    return refuse('PRIVATE_KEY', 'This holds a private key. Replace that key: it is no longer private.');
  }
  const blocks = pem.match(/-----BEGIN /g)?.length ?? 0;
  if (blocks > 1) return refuse('SEVERAL_CERTIFICATES', 'PEM with exactly one certificate.');
  const der = decodePem(pem);
  const x509 = der && parseDer(der);
  if (x509 === undefined) return refuse('NOT_A_CERTIFICATE', 'PEM with exactly one X.509 certificate.');
  const unsupported = whyUnsupported(x509);
  if (unsupported !== undefined) return refuse('UNSUPPORTED_CERTIFICATE', unsupported);
  return { ok: true, certificate: factsOf(x509) };
}

/**
 * The one certificate block of RFC 7468, LF or CRLF. Explanatory text before it is allowed (section 2; `openssl pkcs12`
 * and `openssl x509 -text` write it, and fleets have such files), behind it only white space.
 */
function decodePem(pem: string): Buffer | undefined {
  const block =
    /(?:^|\n)-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\s]+?)\r?\n-----END CERTIFICATE-----\s*$/;
  const base64 = block.exec(pem)?.[1]?.replace(/\s/g, '');
  if (base64 === undefined) return undefined;
  const der = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64; writing it back shows whether anything was.
  return der.toString('base64') === base64 ? der : undefined;
}

function parseDer(der: Buffer): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(der);
    const dates = [x509.validFromDate, x509.validToDate];
    const isWhole = x509.raw.equals(der) && dates.every((date) => Number.isFinite(date.getTime()));
    return isWhole ? x509 : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(x509: X509Certificate): CertificateFacts {
  return {
    sha256: createHash('sha256').update(x509.raw).digest(),
    fingerprint: createHash('sha1').update(x509.raw).digest('hex'),
    notBefore: x509.validFromDate,
    notAfter: x509.validToDate,
  };
}
