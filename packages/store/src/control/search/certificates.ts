/** Certificates of a folder by their end: of its registries, devices and brokers. */
import { prepare, type Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import type { OwnerKind } from '../resources/owners.ts';

export interface FoundCertificateRow {
  /** In base64. */
  readonly sha256: string;
  readonly fingerprint: string;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly kind: OwnerKind;
  readonly id: string;
  readonly name: string | null;
}

/** What is undefined does not matter. */
export interface CertificateFilter {
  readonly folderId: string;
  readonly resourceId: string | undefined;
  readonly endsBefore: Date | undefined;
}

/** $1 the folder, $2 before which end, $3 and $4 the end and hash that the page begins after, $5 how many. By one index, in its order. */
const found = (condition = 'true') =>
  `SELECT encode(c.sha256, 'base64') AS sha256, c.fingerprint, c.pem, c.not_before AS "notBefore", c.not_after AS "notAfter",
          CASE WHEN d.id IS NOT NULL THEN 'device' WHEN r.id IS NOT NULL THEN 'registry' ELSE 'broker' END AS kind,
          coalesce(d.id, r.id, b.id) AS id, coalesce(d.name, r.name, b.name) AS name
   FROM certificates c
   LEFT JOIN devices d ON d.id = c.device_id
   LEFT JOIN registries r ON r.id = c.registry_id
   LEFT JOIN brokers b ON b.id = c.broker_id
   WHERE c.folder_id = $1 AND ($2::timestamptz IS NULL OR c.not_after < $2)
     AND (c.not_after, c.sha256) > ($3::timestamptz, decode($4, 'base64')) AND ${condition}
   ORDER BY c.not_after, c.sha256 LIMIT $5`;

const ofFolder = prepare('find-certificates', found());
const ofResource = prepare(
  'find-certificates-of-resource',
  found('(c.registry_id = $6 OR c.device_id = $6 OR c.broker_id = $6)'),
);

/** Those that end first come first. */
export async function findCertificates(
  db: Sql,
  { folderId, resourceId, endsBefore }: CertificateFilter,
  { after, limit }: PageRequest,
): Promise<Page<FoundCertificateRow>> {
  const [endMs, hash = ''] = after?.split(' ') ?? [];
  const end = endMs === undefined ? '-infinity' : new Date(Number.parseInt(endMs, keyRadix));
  const values = [folderId, endsBefore, end, hash, limit + 1];
  const statement = resourceId === undefined ? ofFolder(...values) : ofResource(...values, resourceId);
  const { rows } = await db.query<FoundCertificateRow>(statement);
  return toPage(rows, limit, ({ notAfter, sha256 }) => `${notAfter.getTime().toString(keyRadix)} ${sha256}`);
}

/** Times have no more than milliseconds here. A page token has few characters. */
const keyRadix = 36;
