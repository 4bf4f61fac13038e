import { prepare, type Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';

export interface RefusedClientRow {
  readonly id: string;
  /** Empty where it claimed none. */
  readonly claimedId: string;
  readonly fingerprint: string | null;
  readonly address: string;
  readonly secure: boolean;
  readonly reason: string;
  readonly resourceKind: string | null;
  readonly folderId: string | null;
  readonly clientId: string;
  readonly detail: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** A bigint, as text. */
  readonly count: string;
}

/** What is undefined does not matter. */
export interface RefusedClientFilter {
  readonly folderId: string | undefined;
  /** Does a resource have the claimed ID, or the certificate, by now? */
  readonly isKnown: boolean | undefined;
  readonly claimedId: string | undefined;
  readonly fingerprint: string | undefined;
  readonly address: string | undefined;
  readonly reason: string | undefined;
  /** Of the last refusal: `since` included, `until` not. */
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** The table is bounded (by `forgetRefusedClients`): to read all of it takes some ten milliseconds. */
const newest = prepare(
  'list-refused-clients',
  `SELECT id, claimed_id AS "claimedId", fingerprint, address, secure, reason, resource_kind AS "resourceKind",
          folder_id AS "folderId", client_id AS "clientId", detail, first_at AS "firstAt", last_at AS "lastAt", count
   FROM refused_clients AS r
   WHERE ($1::text IS NULL OR folder_id = $1)
     AND ($2::boolean IS NULL
       OR (claimed_id <> '' OR certificate_sha256 IS NOT NULL)
          AND $2 = (EXISTS (SELECT FROM resource_ids WHERE resource_ids.id = r.claimed_id)
                 OR EXISTS (SELECT FROM certificates c WHERE c.sha256 = r.certificate_sha256)))
     AND ($3::text IS NULL OR claimed_id = $3)
     AND ($4::text IS NULL OR fingerprint = $4)
     AND ($5::text IS NULL OR address = $5)
     AND ($6::text IS NULL OR reason = $6)
     AND ($7::timestamptz IS NULL OR last_at >= $7)
     AND ($8::timestamptz IS NULL OR last_at < $8)
     AND ($9::timestamptz IS NULL OR (last_at, id) < ($9, $10))
   ORDER BY last_at DESC, id DESC LIMIT $11`,
);

/** Clients that were refused, by the time of their last refusal, newest first. */
export async function listRefusedClients(
  db: Sql,
  filter: RefusedClientFilter,
  { after, limit }: PageRequest,
): Promise<Page<RefusedClientRow>> {
  const [lastMs, id] = after?.split(' ') ?? [];
  const { rows } = await db.query<RefusedClientRow>(
    newest(
      ...[filter.folderId, filter.isKnown, filter.claimedId, filter.fingerprint, filter.address],
      ...[filter.reason, filter.since, filter.until],
      lastMs === undefined ? undefined : new Date(Number.parseInt(lastMs, keyRadix)),
      id,
      limit + 1,
    ),
  );
  return toPage(rows, limit, ({ lastAt, ...row }) => `${lastAt.getTime().toString(keyRadix)} ${row.id}`);
}

/** Times have no more than milliseconds here. A page token has few characters. */
const keyRadix = 36;
