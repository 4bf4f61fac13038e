/**
 * X.509 certificates as clients bring them. There is no certificate authority: a certificate is known by the SHA-256 of
 * its DER and by nothing that it says, so all that is checked is that it is one, and that using it costs little.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { checkText } from '../fields/text.ts';
import type { Violation, ViolationCode } from '../fields/violation.ts';
import { limits } from '../limits.ts';
import { whyUnsupported } from './certificate-algorithms.ts';
import { bytesOf, type PemBlock, type PemReading, readPem } from './pem.ts';

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

export type DateValidity = 'valid' | 'expired' | 'not yet valid';

/** Checks a certificate's dates; both of its ends belong to its life (RFC 5280 section 4.1.2.5). */
export function dateValidity(
  dates: Pick<CertificateFacts, 'notBefore' | 'notAfter'>,
  now: Date,
): DateValidity {
  if (now < dates.notBefore) return 'not yet valid';
  return now > dates.notAfter ? 'expired' : 'valid';
}

/** A chain longer than this is no chain of a device: each link costs the check of a signature. */
const maxChain = 10;

/**
 * Reads a certificate in PEM, as people have it (see `readPem`). Of a chain (each certificate issued by the next) the first
 * is taken. Its dates are not checked. Refused: private keys, several certificates that are no chain, other things in PEM,
 * bytes after the DER, MD5 and older signatures, keys that are absurdly weak or costly.
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
  if (/PRIVATE KEY(?: BLOCK)?\s*-----/.test(pem)) {
    return refuse('PRIVATE_KEY', 'This holds a private key. Replace that key: it is no longer private.');
  }
  const text = checkText(pem, limits.certificateData.max, field);
  if (text) return { ok: false, violation: text };
  const blocks = readPem(pem);
  const unreadable = whyUnreadable(blocks);
  if (unreadable !== undefined) return refuse('NOT_A_CERTIFICATE', unreadable);
  const [first, ...others] = (blocks ?? []).map(parseBlock);
  if (!first) return refuse('NOT_A_CERTIFICATE', damaged);
  const noChain = whyNoChain(first, others);
  if (noChain !== undefined) return refuse('SEVERAL_CERTIFICATES', noChain);
  const unsupported = whyUnsupported(first);
  if (unsupported !== undefined) return refuse('UNSUPPORTED_CERTIFICATE', unsupported);
  return { ok: true, certificate: factsOf(first) };
}

/**
 * The DER of the certificate that `readCertificate` would take, for a text that it has accepted before: a small part of the
 * work. Undefined if there is none.
 */
export function certificateDer(pem: string): Buffer | undefined {
  const [first] = readPem(pem) ?? [];
  return first && bytesOf(first);
}

/** Whom a certificate in PEM that `readCertificate` has accepted names, on one line; nothing is decided by it. */
export function certificateSubject(pem: string): string {
  const der = certificateDer(pem);
  const x509 = der && parseDer(der);
  return x509?.subject?.replaceAll('\n', ', ') ?? '';
}

/** How many certificates the PEM has that `readCertificate` has accepted: more than one are a chain, of which the first counts. */
export function chainLength(pem: string): number {
  return readPem(pem)?.length ?? 0;
}

/**
 * Divides a text of several certificates, one after the other, into those that belong to one owner each: a chain stays whole.
 * What is no PEM stays as it is.
 */
export function splitCertificates(text: string): string[] {
  const [lead = '', ...blocks] = text.split(/(?=-----BEGIN )/);
  const owners = [lead];
  for (const block of blocks) {
    const last = owners.at(-1) ?? '';
    const belongs = !last.includes('-----BEGIN ') || readCertificate(last + block).ok;
    if (belongs) owners[owners.length - 1] = last + block;
    else owners.push(block);
  }
  return owners;
}

const certificateLabels: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const damaged = 'The certificate is damaged: its base64 is not that of one X.509 certificate. Copy it anew.';

/** What to do about a block that is something else, by its label. */
const otherLabels: ReadonlyMap<string, string> = new Map([
  ['TRUSTED CERTIFICATE', 'OpenSSL\u2019s own form. `openssl x509 -in <file>` writes the usual one.'],
  ['CERTIFICATE REQUEST', 'A request for a certificate. Give the certificate that was issued for it.'],
  ['NEW CERTIFICATE REQUEST', 'A request for a certificate. Give the certificate that was issued for it.'],
  ['PUBLIC KEY', 'A public key. Give the certificate that holds it.'],
  ['PKCS7', 'PKCS #7. `openssl pkcs7 -print_certs -in <file>` writes its certificates.'],
]);

function whyUnreadable(blocks: PemReading): string | undefined {
  if (!blocks) return 'The PEM is cut off: -----BEGIN and -----END must both be there, with the same label.';
  if (blocks.length === 0) {
    return 'No PEM: it begins with -----BEGIN CERTIFICATE-----. `openssl x509 -inform der -in <file>` makes it of DER.';
  }
  const other = blocks.find(({ label }) => !certificateLabels.has(label));
  if (!other) return undefined;
  const what = otherLabels.get(other.label);
  if (blocks.length === 1) return what ?? 'No certificate: the label of its PEM must be CERTIFICATE.';
  return 'Something else is beside the certificate. Give the certificate alone.';
}

function whyNoChain(
  first: X509Certificate,
  others: readonly (X509Certificate | undefined)[],
): string | undefined {
  if (others.length >= maxChain) return `At most ${maxChain} certificates of one chain.`;
  const chain = [first, ...others];
  const isChain = others.every((issuer, at) => isIssued(chain[at], issuer));
  if (isChain) return undefined;
  const isReversed = others.every((subject, at) => isIssued(subject, chain[at]));
  return isReversed
    ? 'The chain is in reverse order: the certificate itself comes first, then those that issued it.'
    : 'Several certificates that are no chain. Add each of them alone.';
}

function isIssued(subject: X509Certificate | undefined, issuer: X509Certificate | undefined): boolean {
  if (!subject || !issuer || subject.raw.equals(issuer.raw) || !subject.checkIssued(issuer)) return false;
  try {
    return subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function parseBlock(block: PemBlock): X509Certificate | undefined {
  const der = bytesOf(block);
  return der && parseDer(der);
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
