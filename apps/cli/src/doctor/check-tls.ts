/** What a small device will see of a TLS server: what it must have memory, algorithms and trust for. */
import type { X509Certificate } from 'node:crypto';
import type { SecureVersion } from 'node:tls';
import { expiryFinding, type Finding } from './finding.ts';
import { lookAtTls, lookAtVersion } from './tls-look.ts';

/** Many devices receive a certificate message in one record's buffer, and have less than the 16 KiB it may have. */
const largeChainBytes = 4096;
const warnDays = 30;
/** Each certificate has a length of three bytes in front; TLS 1.3 adds two for extensions. */
const framingBytes = 5;

const current: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
const obsolete: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1'];

export interface TlsCheck {
  readonly server: URL;
  readonly authorityPem: string | undefined;
  /** What the authority is called in the findings. */
  readonly authorityName: string;
  readonly now: Date;
}

/** @throws CliError if the server does not speak TLS */
export async function* checkTls({
  server,
  authorityPem,
  authorityName,
  now,
}: TlsCheck): AsyncGenerator<Finding> {
  const look = await lookAtTls(server, { authorityPem });
  const { chain, protocol, cipher, keyExchange } = look;
  yield {
    status: 'ok',
    check: 'handshake',
    finding: [protocol, cipher, keyExchange].filter(Boolean).join(', '),
    details: { protocol, cipher, keyExchange },
  };
  for (const version of current) yield await checkCurrent(server, version);
  for (const version of obsolete) yield await checkObsolete(server, version);
  yield chainFinding(chain);
  for (const [at, certificate] of chain.entries())
    yield describe(at === 0 ? 'certificate' : `issuer ${at}`, certificate);
  const [leaf] = chain;
  if (leaf) {
    const names = leaf.subjectAltName?.split(', ') ?? [];
    yield { status: 'ok', check: 'names', finding: names.join(', ') || 'none', details: { names } };
    yield expiryFinding('expiry', leaf.validToDate, now, {
      warnDays,
      advice: 'replace the certificate in time',
    });
  }
  yield look.trust === undefined
    ? { status: 'ok', check: 'trust', finding: `verifies against ${authorityName}, for ${server.hostname}` }
    : {
        status: 'fail',
        check: 'trust',
        finding: look.trust,
        advice: `give devices the right authority, and a name out of those above; \`--ca\` checks against another one than ${authorityName}`,
      };
}

async function checkCurrent(server: URL, version: SecureVersion): Promise<Finding> {
  const cipher = await lookAtVersion(server, version);
  const check = nameOf(version);
  const details = { accepted: cipher !== undefined, cipher: cipher?.standardName };
  if (cipher) return { status: 'ok', check, finding: `accepted, ${cipher.standardName}`, details };
  const advice = 'a device that knows no other version cannot connect';
  return { status: 'warn', check, finding: 'refused', advice, details };
}

async function checkObsolete(server: URL, version: SecureVersion): Promise<Finding> {
  const isAccepted = (await lookAtVersion(server, version)) !== undefined;
  const check = nameOf(version);
  const details = { accepted: isAccepted };
  if (!isAccepted) return { status: 'ok', check, finding: 'refused, as it should be', details };
  return { status: 'warn', check, finding: 'accepted', advice: 'switch it off: it is broken', details };
}

const nameOf = (version: SecureVersion) => version.replace(/^TLSv1$/, 'TLSv1.0').replace('TLSv', 'TLS ');

/** How much of its memory the certificates take. */
function chainFinding(chain: readonly X509Certificate[]): Finding {
  const bytes = chain.reduce((sum, { raw }) => sum + raw.length + framingBytes, 0);
  const count = `${chain.length} ${chain.length === 1 ? 'certificate' : 'certificates'}`;
  const details = { certificates: chain.length, bytes };
  const finding = `${count}, ${bytes} bytes`;
  if (bytes < largeChainBytes) return { status: 'ok', check: 'chain', finding, details };
  const advice = 'devices with small buffers may fail: send fewer certificates, or ECDSA ones';
  return { status: 'warn', check: 'chain', finding, advice, details };
}

function describe(check: string, certificate: X509Certificate): Finding {
  const { asymmetricKeyType = '?', asymmetricKeyDetails: key = {} } = certificate.publicKey;
  const size = key.modulusLength ?? key.namedCurve ?? '';
  const details = {
    subject: certificate.subject,
    issuer: certificate.issuer,
    bytes: certificate.raw.length,
    keyType: asymmetricKeyType,
    keySize: size,
    // Older than Node 24.9 does not tell it.
    signatureAlgorithm: (certificate as { readonly signatureAlgorithm?: string }).signatureAlgorithm,
    serialNumber: certificate.serialNumber,
    sha256: certificate.fingerprint256,
    validFrom: certificate.validFromDate.toISOString(),
    validUntil: certificate.validToDate.toISOString(),
  };
  const words = [
    certificate.subject.replaceAll('\n', ', '),
    `${asymmetricKeyType.toUpperCase()} ${size}`.trim(),
    details.signatureAlgorithm,
    `${details.bytes} bytes`,
  ];
  return { status: 'ok', check, finding: words.filter(Boolean).join('; '), details };
}
