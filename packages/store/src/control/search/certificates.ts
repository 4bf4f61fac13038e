/** Certificates by their end, whoever in a folder has them. */
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

/** $1 the folder, $2 before which end, $3 and $4 the end and hash that the page begins after, $5 how many. */
const found = (condition: string, certificates = 'certificates') =>
  `SELECT encode(c.sha256, 'base64') AS sha256, c.fingerprint, c.pem, c.not_before AS "notBefore", c.not_after AS "notAfter",
          CASE WHEN d.id IS NOT NULL THEN 'device' WHEN r.id IS NOT NULL THEN 'registry' ELSE 'broker' END AS kind,
          coalesce(d.id, r.id, b.id) AS id, CASE WHEN d.id IS NULL THEN coalesce(r.name, b.name) ELSE d.name END AS name
   FROM ${certificates} c
   LEFT JOIN devices d ON d.id = c.device_id
   LEFT JOIN registries r ON r.id = coalesce(c.registry_id, d.registry_id)
   LEFT JOIN brokers b ON b.id = c.broker_id
   WHERE coalesce(r.folder_id, b.folder_id) = $1 AND ($2::timestamptz IS NULL OR c.not_after < $2)
     AND (c.not_after, c.sha256) > ($3::timestamptz, decode($4, 'base64')) AND ${condition}
   ORDER BY c.not_after, c.sha256 LIMIT $5`;

/**
 * A folder of no more devices is looked through by its own, whatever other folders have; in a larger one, every so many of all
 * certificates are its own, and they are walked in the order of their end. Both in one statement, of which one half is run.
 */
const fewDevices = 2000;
const isSmall = '(SELECT few FROM folder)';
/** `OFFSET 0`: by the index of the owners, also where a plan was made for a larger folder. */
const certificatesOf = (table: string, column: string) =>
  `SELECT c.* FROM (SELECT id FROM ${table} WHERE folder_id = $1 AND ${isSmall} LIMIT ALL OFFSET 0) o,
     LATERAL (SELECT * FROM certificates WHERE ${column} = o.id OFFSET 0) c`;

const ofFolder = prepare(
  'find-certificates',
  `WITH folder AS MATERIALIZED (
     SELECT count(*) <= ${fewDevices} AS few
     FROM (SELECT FROM devices WHERE folder_id = $1 LIMIT ${fewDevices + 1}) AS counted)
   SELECT * FROM (
     (${found(
       isSmall,
       `(${certificatesOf('devices', 'device_id')} UNION ALL ${certificatesOf('registries', 'registry_id')}
         UNION ALL ${certificatesOf('brokers', 'broker_id')})`,
     )})
     UNION ALL
     (${found(`NOT ${isSmall}`)})) AS page
   ORDER BY "notAfter", decode(sha256, 'base64')`,
);
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
