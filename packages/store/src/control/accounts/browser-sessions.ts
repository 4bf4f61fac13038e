/** Who is signed in with a browser, and the one-time codes that sign-in links hold. Of secrets only the SHA-256 is known here. */
import type { Sql } from '../../database/sql.ts';

/** What opened a session, if it was a key: the session ends with it. */
interface OpenedBy {
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

/** A session as authentication needs it. */
export interface SessionCaller extends BrowserSessionRow {
  readonly authorizedKeyId: string | null;
  readonly apiKeySha256: Buffer | null;
}

export type NewBrowserSession = BrowserSessionRow & OpenedBy & { readonly secretSha256: Uint8Array };

const columns = `s.id, s.service_account_id AS "serviceAccountId", s.created_at AS "createdAt", s.used_at AS "usedAt",
  s.expires_at AS "expiresAt", s.remote_ip AS "remoteIp", s.user_agent AS "userAgent"`;

export async function findBrowserSession(
  db: Sql,
  secretSha256: Uint8Array,
): Promise<SessionCaller | undefined> {
  const { rows } = await db.query<SessionCaller>({
    text: `SELECT ${columns}, s.authorized_key_id AS "authorizedKeyId", k.secret_sha256 AS "apiKeySha256"
           FROM browser_sessions s LEFT JOIN api_keys k ON k.id = s.api_key_id WHERE s.secret_sha256 = $1`,
    values: [Buffer.from(secretSha256)],
  });
  return rows[0];
}

/** Those of an account that have not ended, the newest first. `idleSince`: one that was used before has ended. */
export async function listBrowserSessions(
  db: Sql,
  serviceAccountId: string,
  now: Date,
  idleSince: Date,
): Promise<readonly BrowserSessionRow[]> {
  const { rows } = await db.query<BrowserSessionRow>({
    text: `SELECT ${columns} FROM browser_sessions s
           WHERE s.service_account_id = $1 AND s.expires_at > $2 AND s.used_at > $3 ORDER BY s.created_at DESC, s.id`,
    values: [serviceAccountId, now, idleSince],
  });
  return rows;
}

export async function createBrowserSession(tx: Sql, session: NewBrowserSession): Promise<void> {
  const { id, secretSha256, serviceAccountId, apiKeyId, authorizedKeyId } = session;
  const { createdAt, usedAt, expiresAt, remoteIp, userAgent } = session;
  await tx.query({
    text: `INSERT INTO browser_sessions (id, secret_sha256, service_account_id, api_key_id, authorized_key_id, created_at,
             used_at, expires_at, remote_ip, user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      ...[id, Buffer.from(secretSha256), serviceAccountId, apiKeyId, authorizedKeyId],
      ...[createdAt, usedAt, expiresAt, remoteIp, userAgent],
    ],
  });
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

export async function createSignInCode(
  tx: Sql,
  codeSha256: Uint8Array,
  serviceAccountId: string,
  expiresAt: Date,
): Promise<void> {
  await tx.query({
    text: 'INSERT INTO sign_in_codes (code_sha256, service_account_id, expires_at) VALUES ($1, $2, $3)',
    values: [Buffer.from(codeSha256), serviceAccountId, expiresAt],
  });
}

/** Whose code it is; undefined if there is none, or its time is over. */
export async function findSignInCode(
  db: Sql,
  codeSha256: Uint8Array,
  now: Date,
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>({
    text: 'SELECT service_account_id AS id FROM sign_in_codes WHERE code_sha256 = $1 AND expires_at > $2',
    values: [Buffer.from(codeSha256), now],
  });
  return rows[0]?.id;
}

/** Takes a code: only one call gets it. */
export async function takeSignInCode(tx: Sql, codeSha256: Uint8Array, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query({
    text: 'DELETE FROM sign_in_codes WHERE code_sha256 = $1 AND expires_at > $2',
    values: [Buffer.from(codeSha256), now],
  });
  return rowCount === 1;
}
