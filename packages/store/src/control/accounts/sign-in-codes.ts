/** The one-time codes that sign-in links hold. Only their SHA-256 is known here. */
import type { Sql } from '../../database/sql.ts';
import { lockAccount, type OpenedBy } from './browser-sessions.ts';

/** The session that a code opens ends with the key of the caller that made the code, and no later than `sessionEndsAt`. */
export interface SignInCodeRow extends OpenedBy {
  readonly serviceAccountId: string;
  /** Null: the session's own end. */
  readonly sessionEndsAt: Date | null;
}

export interface NewSignInCode extends SignInCodeRow {
  readonly codeSha256: Uint8Array;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Deletes the oldest ones of the account, so that it has `most` with this one. */
export async function createSignInCode(tx: Sql, code: NewSignInCode, most: number): Promise<void> {
  const { codeSha256, serviceAccountId, apiKeyId, authorizedKeyId } = code;
  const { createdAt, expiresAt, sessionEndsAt } = code;
  await lockAccount(tx, serviceAccountId);
  await tx.query({
    text: `DELETE FROM sign_in_codes WHERE code_sha256 IN (
             SELECT code_sha256 FROM sign_in_codes WHERE service_account_id = $1
             ORDER BY created_at DESC, code_sha256 OFFSET $2)`,
    values: [serviceAccountId, most - 1],
  });
  await tx.query({
    text: `INSERT INTO sign_in_codes (code_sha256, service_account_id, api_key_id, authorized_key_id, created_at, expires_at,
             session_ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      ...[Buffer.from(codeSha256), serviceAccountId, apiKeyId, authorizedKeyId],
      ...[createdAt, expiresAt, sessionEndsAt],
    ],
  });
}

/** Of the code `c` of the account `a`: who ends all tokens of an account ends what they have made as well. */
const isGood = `c.code_sha256 = $1 AND a.id = c.service_account_id AND c.expires_at > $2
  AND (c.session_ends_at IS NULL OR c.session_ends_at > $2) AND (a.tokens_since IS NULL OR c.created_at >= a.tokens_since)`;

/** Undefined if there is none, or its time is over. */
export async function findSignInCode(
  db: Sql,
  codeSha256: Uint8Array,
  now: Date,
): Promise<SignInCodeRow | undefined> {
  const { rows } = await db.query<SignInCodeRow>({
    text: `SELECT c.service_account_id AS "serviceAccountId", c.api_key_id AS "apiKeyId",
             c.authorized_key_id AS "authorizedKeyId", c.session_ends_at AS "sessionEndsAt"
           FROM sign_in_codes c, service_accounts a WHERE ${isGood}`,
    values: [Buffer.from(codeSha256), now],
  });
  return rows[0];
}

/** Takes a code: only one call gets it. */
export async function takeSignInCode(tx: Sql, codeSha256: Uint8Array, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query({
    text: `DELETE FROM sign_in_codes c USING service_accounts a WHERE ${isGood}`,
    values: [Buffer.from(codeSha256), now],
  });
  return rowCount === 1;
}

/** Deletes all of an account. */
export async function deleteSignInCodes(tx: Sql, serviceAccountId: string): Promise<void> {
  const text = 'DELETE FROM sign_in_codes WHERE service_account_id = $1';
  await tx.query({ text, values: [serviceAccountId] });
}
