/** Who is signed in with a browser. Of secrets only the SHA-256 is known here. */
import type { Sql } from '../../database/sql.ts';

/** What opened a session, if it was a key: the session ends with it. */
export interface OpenedBy {
  readonly apiKeyId: string | null;
  readonly authorizedKeyId: string | null;
}

export interface BrowserSessionRow {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly createdAt: Date;
  readonly usedAt: Date;
  readonly expiresAt: Date;
  readonly remoteIp: string;
  readonly userAgent: string;
}

export type NewBrowserSession = BrowserSessionRow & OpenedBy & { readonly secretSha256: Uint8Array };

const columns = `s.id, s.service_account_id AS "serviceAccountId", s.created_at AS "createdAt", s.used_at AS "usedAt",
  s.expires_at AS "expiresAt", s.remote_ip AS "remoteIp", s.user_agent AS "userAgent"`;

export async function findBrowserSession(
  db: Sql,
  secretSha256: Uint8Array,
): Promise<BrowserSessionRow | undefined> {
  const { rows } = await db.query<BrowserSessionRow>({
    text: `SELECT ${columns} FROM browser_sessions s WHERE s.secret_sha256 = $1`,
    values: [Buffer.from(secretSha256)],
  });
  return rows[0];
}

/** Those of an account that have not ended, the newest first, `limit` at most. `idleSince`: one that was used before has ended. */
export async function listBrowserSessions(
  db: Sql,
  serviceAccountId: string,
  now: Date,
  idleSince: Date,
  limit: number,
): Promise<readonly BrowserSessionRow[]> {
  const { rows } = await db.query<BrowserSessionRow>({
    text: `SELECT ${columns} FROM browser_sessions s
           WHERE s.service_account_id = $1 AND s.expires_at > $2 AND s.used_at > $3 ORDER BY s.created_at DESC, s.id
           LIMIT $4`,
    values: [serviceAccountId, now, idleSince, limit],
  });
  return rows;
}

/** Ends the oldest ones of the account, so that it has `most` with this one. */
export async function createBrowserSession(tx: Sql, session: NewBrowserSession, most: number): Promise<void> {
  const { id, secretSha256, serviceAccountId, apiKeyId, authorizedKeyId } = session;
  const { createdAt, usedAt, expiresAt, remoteIp, userAgent } = session;
  await lockAccount(tx, serviceAccountId);
  await tx.query({
    text: `DELETE FROM browser_sessions WHERE id IN (
             SELECT id FROM browser_sessions WHERE service_account_id = $1 ORDER BY created_at DESC, id OFFSET $2)`,
    values: [serviceAccountId, most - 1],
  });
  await tx.query({
    text: `INSERT INTO browser_sessions (id, secret_sha256, service_account_id, api_key_id, authorized_key_id, created_at,
             used_at, expires_at, remote_ip, user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      ...[id, Buffer.from(secretSha256), serviceAccountId, apiKeyId, authorizedKeyId],
      ...[createdAt, usedAt, expiresAt, remoteIp, userAgent],
    ],
  });
}

/** Until the transaction ends no other one counts what this account has. */
export async function lockAccount(tx: Sql, id: string): Promise<void> {
  await tx.query({ text: 'SELECT FROM service_accounts WHERE id = $1 FOR NO KEY UPDATE', values: [id] });
}

/** Later times win; one that has ended meanwhile stays so. */
export async function touchBrowserSession(db: Sql, id: string, usedAt: Date): Promise<void> {
  const text = 'UPDATE browser_sessions SET used_at = greatest(used_at, $2) WHERE id = $1';
  await db.query({ text, values: [id, usedAt] });
}

/** Ends one session of an account, or all of them. Answers how many there were. */
export async function deleteBrowserSessions(
  tx: Sql,
  serviceAccountId: string,
  id: string | undefined,
): Promise<number> {
  const { rowCount } = await tx.query({
    text: 'DELETE FROM browser_sessions WHERE service_account_id = $1 AND ($2::text IS NULL OR id = $2)',
    values: [serviceAccountId, id ?? null],
  });
  return rowCount ?? 0;
}
