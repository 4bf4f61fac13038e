import type { Db } from './db.ts';
import { MissingError } from './errors.ts';
import { type Owner, ownerColumn } from './owners.ts';

/** A certificate as it is to be stored. */
export interface NewCertificate {
  /** Over the DER. */
  readonly sha256: Uint8Array<ArrayBuffer>;
  /** SHA-1 over the DER, 40 lower-case hex digits. */
  readonly fingerprint: string;
  /** As it was given. */
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateRow {
  readonly fingerprint: string;
  readonly pem: string;
  readonly createdAt: Date;
}

const shown = { fingerprint: true, pem: true, createdAt: true } as const;

export async function listCertificates(db: Db, owner: Owner): Promise<readonly CertificateRow[]> {
  return db.certificate.findMany({
    where: ownerColumn(owner),
    orderBy: [{ createdAt: 'asc' }, { fingerprint: 'asc' }],
    select: shown,
  });
}

/** @throws a unique violation if any resource of the installation has it */
export async function addCertificate(
  db: Db,
  owner: Owner,
  certificate: NewCertificate,
): Promise<CertificateRow> {
  return db.certificate.create({ data: { ...certificate, ...ownerColumn(owner) }, select: shown });
}

/** Adds the first certificates of a new resource, in one query. */
export async function addCertificates(
  db: Db,
  owner: Owner,
  certificates: readonly NewCertificate[],
): Promise<void> {
  if (certificates.length === 0) return;
  await db.certificate.createMany({
    data: certificates.map((certificate) => ({ ...certificate, ...ownerColumn(owner) })),
  });
}

/** @throws MissingError if the owner has no such certificate */
export async function deleteCertificate(db: Db, owner: Owner, fingerprint: string): Promise<void> {
  const { count } = await db.certificate.deleteMany({ where: { fingerprint, ...ownerColumn(owner) } });
  if (count === 0) throw new MissingError('Certificate');
}
