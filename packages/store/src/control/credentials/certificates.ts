import type { Sql } from '../../database/sql.ts';
import { ownerColumn } from '../columns.ts';
import { MissingError } from '../errors.ts';
import type { Owner } from '../resources/owners.ts';

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

const columns = 'fingerprint, pem, created_at AS "createdAt"';

export async function listCertificates(db: Sql, owner: Owner): Promise<readonly CertificateRow[]> {
  const { rows } = await db.query<CertificateRow>({
    text: `SELECT ${columns} FROM certificates WHERE ${ownerColumn(owner)} = $1 ORDER BY created_at, fingerprint`,
    values: [owner.id],
  });
  return rows;
}

/** @throws a unique violation if any resource of the installation has it */
export async function addCertificate(
  tx: Sql,
  owner: Owner,
  certificate: NewCertificate,
): Promise<CertificateRow> {
  const [row] = await addCertificates(tx, owner, [certificate]);
  if (!row) throw new Error('a new certificate has no row');
  return row;
}

/** In one query; none for none. */
export async function addCertificates(
  tx: Sql,
  owner: Owner,
  certificates: readonly NewCertificate[],
): Promise<readonly CertificateRow[]> {
  if (certificates.length === 0) return [];
  const given = certificates.map(({ sha256, ...others }) => ({
    ...others,
    sha256: Buffer.from(sha256).toString('hex'),
  }));
  const { rows } = await tx.query<CertificateRow>({
    text: `INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, ${ownerColumn(owner)})
           SELECT decode(sha256, 'hex'), fingerprint, pem, "notBefore", "notAfter", $2
           FROM jsonb_to_recordset($1::jsonb)
             AS given (sha256 text, fingerprint text, pem text, "notBefore" timestamptz, "notAfter" timestamptz)
           RETURNING ${columns}`,
    values: [JSON.stringify(given), owner.id],
  });
  return rows;
}

/** @throws MissingError if the owner has no such certificate */
export async function deleteCertificate(tx: Sql, owner: Owner, fingerprint: string): Promise<void> {
  const { rowCount } = await tx.query({
    text: `DELETE FROM certificates WHERE fingerprint = $1 AND ${ownerColumn(owner)} = $2`,
    values: [fingerprint, owner.id],
  });
  if (rowCount === 0) throw new MissingError('Certificate');
}
