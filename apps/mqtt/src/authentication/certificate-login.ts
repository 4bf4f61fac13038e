import { type DeviceFacts, dateValidity } from '@iotcore/model';
import type { CertificateIdentity } from '@iotcore/store/data-plane';
import type { Mark, RecentChanges } from '../caching/recent-changes.ts';
import { type Client, subjectKeys } from '../clients/client.ts';
import { SubjectCache } from '../clients/subject-cache.ts';
import { type AuthenticationResult, refusals, refuse } from './authentication-result.ts';
import { untilSettled } from './until-settled.ts';

export interface CertificateLoginParts {
  readonly changes: RecentChanges;
  readonly certificates: CertificateCache;
  /** Fleets in the field do have expired certificates; the operator may let them in. */
  readonly acceptExpired: boolean;
  now(): Date;
  /** By SHA-256 over the DER, lower-case hex. Rejects while the database is away. */
  findIdentity(sha256: string): Promise<CertificateIdentity | undefined>;
  /** Told of a device with such a certificate, as it was read after the mark: its topics need not be looked up later. */
  learn(device: DeviceFacts, since: Mark): void;
}

/** Owners of certificates that logged in, by SHA-256: TLS has proven the key anew at each handshake. */
export type CertificateCache = SubjectCache<CertificateIdentity>;

/** Every device of a large node, at some 500 bytes each. */
const capacity = 100_000;

export function createCertificateCache(): CertificateCache {
  return new SubjectCache(capacity);
}

/**
 * Login by client certificate: known byte for byte, and within its dates now. `sha256`: over its DER, in lower-case hex.
 * `username`, if given, must be its owner.
 */
export async function logInByCertificate(
  parts: CertificateLoginParts,
  sha256: string,
  username: string | undefined,
): Promise<AuthenticationResult> {
  const identity = parts.certificates.get(sha256) ?? (await untilSettled(() => look(parts, sha256)));
  if (identity === 'changed meanwhile') return refuse(refusals.unchecked);
  if (!identity) return refuse(refusals.unknownCertificate);
  const subject = identity.principal;
  if (username && username !== subject.id) return refuse(refusals.foreignCertificate, subject);
  if (identity.blocked) return refuse(refusals.disabled, subject);
  if (identity.disabled) return refuse(refusals.registryDisabled, subject);
  const dates = parts.acceptExpired ? 'valid' : dateValidity(identity, parts.now());
  if (dates === 'expired') return refuse(refusals.expiredCertificate, subject);
  if (dates === 'not yet valid') return refuse(refusals.futureCertificate, subject);
  return { accepted: true, client: toClient(identity) };
}

async function look(
  { changes, certificates, findIdentity, learn }: CertificateLoginParts,
  sha256: string,
): Promise<CertificateIdentity | 'changed meanwhile' | undefined> {
  const mark = changes.mark();
  const found = await findIdentity(sha256);
  if (!found) return undefined;
  const { device, ...identity } = found;
  const subjects = subjectKeys(toClient(identity));
  if (changes.touchedSince(mark, subjects)) return 'changed meanwhile';
  // Only what lets in is remembered: a block may end by itself, without a change in the feed, and a client whose registry
  // was enabled must not depend on how soon this process is told.
  if (!identity.blocked && !identity.disabled) certificates.set(sha256, identity, subjects);
  if (device) learn(device, mark);
  return identity;
}

function toClient({ principal, sha256, fingerprint }: CertificateIdentity): Client {
  return { principal, credential: { kind: 'certificate', sha256, fingerprint } };
}
