/** Idempotency-Key: the same key and request of a caller for an operation does its work once. Kept 24 h (see housekeeping). */
import type { Db } from './db.ts';
import { IdempotencyMismatchError } from './errors.ts';

export interface IdempotencyKey {
  readonly callerId: string;
  readonly key: string;
  /** The operation of the API that it was sent to: keys of others are others. */
  readonly operation: string;
  /** SHA-256 over what the request says. */
  readonly requestHash: Uint8Array<ArrayBuffer>;
}

/** What a key led to: the operation, or nothing for a request that has none. */
export interface EarlierOutcome {
  readonly operationId: string | undefined;
}

const pending = 0;
const done = 200;

/**
 * What the same request led to earlier; undefined if the key is new.
 *
 * @throws IdempotencyMismatchError if the key was used for another request
 */
export async function findEarlierOutcome(db: Db, key: IdempotencyKey): Promise<EarlierOutcome | undefined> {
  const row = await db.idempotencyKey.findUnique({
    where: uniqueOf(key),
    select: { requestHash: true, response: true },
  });
  if (!row) return undefined;
  if (Buffer.compare(row.requestHash, key.requestHash) !== 0)
    throw new IdempotencyMismatchError('other request');
  const { operationId } = row.response as { operationId?: string };
  return { operationId };
}

/**
 * Takes the key within the transaction that does the work. Answers false if it is used already; while another
 * transaction holds it, waits for that one's end.
 */
export async function claimKey(tx: Db, key: IdempotencyKey): Promise<boolean> {
  const { count } = await tx.idempotencyKey.createMany({
    data: [{ ...key, status: pending, response: {} }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Notes what the claimed key led to, in the same transaction. */
export async function settleKey(tx: Db, key: IdempotencyKey, operationId?: string): Promise<void> {
  await tx.idempotencyKey.update({
    where: uniqueOf(key),
    data: { status: done, response: operationId === undefined ? {} : { operationId } },
    select: { key: true },
  });
}

function uniqueOf({ callerId, key, operation }: IdempotencyKey) {
  return { callerId_key_operation: { callerId, key, operation } };
}
