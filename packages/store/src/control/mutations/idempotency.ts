/**
 * Idempotency-Key: the same key and request of a caller for an operation does its work once. Kept 24 h (see housekeeping).
 *
 * A key is claimed in a statement of its own, before the work, and settled with the work: in its transaction, so that both
 * are there or neither. The claimer gets a ticket, and settles with it alone: if a claim was held for longer than its
 * lease, since its process died or hangs, another takes it over, and the first can no longer commit.
 *
 * The version before this one knew keys without their operation (''). Such a key counts as used for another request.
 */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../database/sql.ts';
import { IdempotencyMismatchError, KeyInUseError } from '../errors.ts';

export interface IdempotencyKey {
  readonly callerId: string;
  readonly key: string;
  /** The operation of the API that it was sent to: keys of others are others. */
  readonly operation: string;
  /** SHA-256 over what the request says. */
  readonly requestHash: Uint8Array<ArrayBuffer>;
}

/** A key that is worked on. */
export interface KeyClaim extends IdempotencyKey {
  /** Tells this claim from one that took it over. */
  readonly ticket: string;
}

/** What a key led to: the operation, or nothing for a request that has none. */
export interface EarlierOutcome {
  readonly operationId: string | undefined;
}

const pending = 0;
const done = 200;

/**
 * How long a claim is respected, in seconds: longer than any call works (a transaction may take 10 s, a publication 5 s), so
 * that it only ends where a process died.
 */
const leaseSeconds = 15;

/** How often a key that was given up at this moment is claimed again. */
const maxAttempts = 5;

/**
 * Takes the key, or tells what it led to earlier. One statement, for a key that is known already two.
 *
 * @throws IdempotencyMismatchError if it was used for another request, KeyInUseError while another call works on it
 */
export async function claimKey(db: Sql, key: IdempotencyKey): Promise<KeyClaim | EarlierOutcome> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const ticket = randomUUID();
    const { rows } = await db.query({
      text: `INSERT INTO idempotency_keys AS held (caller_id, key, operation, request_hash, status, response)
       SELECT $1, $2, $3, $4, ${pending}, jsonb_build_object('ticket', $5::text)
       WHERE NOT EXISTS (SELECT FROM idempotency_keys WHERE caller_id = $1 AND key = $2 AND operation = '')
       ON CONFLICT (caller_id, key, operation) DO UPDATE
         SET request_hash = excluded.request_hash, response = excluded.response, created_at = now()
         WHERE held.status = ${pending} AND held.created_at < now() - interval '${leaseSeconds} seconds'
       RETURNING 1`,
      values: [key.callerId, key.key, key.operation, Buffer.from(key.requestHash), ticket],
    });
    if (rows.length === 1) return { ...key, ticket };
    const earlier = await findEarlierOutcome(db, key);
    if (earlier) return earlier;
  }
  throw new KeyInUseError('claimed by others again and again');
}

/**
 * What the same request led to earlier; undefined if the key is new.
 *
 * @throws IdempotencyMismatchError if it was used for another request, KeyInUseError while another call works on it
 */
export async function findEarlierOutcome(db: Sql, key: IdempotencyKey): Promise<EarlierOutcome | undefined> {
  const { rows } = await db.query<{ requestHash: Buffer; status: number; operationId: string | null }>({
    text: `SELECT request_hash AS "requestHash", status, response ->> 'operationId' AS "operationId"
     FROM idempotency_keys WHERE caller_id = $1 AND key = $2 AND operation IN ($3, '')`,
    values: [key.callerId, key.key, key.operation],
  });
  const [row] = rows;
  if (!row) return undefined;
  if (Buffer.compare(row.requestHash, key.requestHash) !== 0)
    throw new IdempotencyMismatchError('other request');
  if (row.status === pending) throw new KeyInUseError('being worked on');
  return { operationId: row.operationId ?? undefined };
}

/**
 * Notes what a claimed key led to: within the transaction of the work, or after work that has none.
 *
 * @throws KeyInUseError if the claim has passed to another
 */
export async function settleKey(db: Sql, claim: KeyClaim, operationId?: string): Promise<void> {
  const { rows } = await db.query({
    text: `UPDATE idempotency_keys SET status = ${done}, response = $5::jsonb
     WHERE ${isHeld} RETURNING 1`,
    values: [...holder(claim), JSON.stringify({ operationId })],
  });
  if (rows.length === 0) throw new KeyInUseError('the claim has passed to another');
}

/** Gives a key back whose work did not take place, so that the same or another request may take it. */
export async function releaseKey(db: Sql, claim: KeyClaim): Promise<void> {
  await db.query({ text: `DELETE FROM idempotency_keys WHERE ${isHeld}`, values: holder(claim) });
}

const isHeld = `caller_id = $1 AND key = $2 AND operation = $3 AND status = ${pending} AND response ->> 'ticket' = $4`;

function holder({ callerId, key, operation, ticket }: KeyClaim): string[] {
  return [callerId, key, operation, ticket];
}
