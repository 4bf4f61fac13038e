/**
 * The one way in which the API changes state: the mutation, its operation, its audit event and the end of its Idempotency-Key
 * are one transaction, so a crash leaves all of them or none. Queries beside those of the mutation itself: BEGIN, one that
 * records, COMMIT; with a key one more. What a mutation defers is a part of the one that records: alone, it is all there is.
 */
import type { Pool } from 'pg';
import { type Transaction, transaction } from '../../database/transaction.ts';
import {
  type CallFacts,
  type MutationRecord,
  newOperation,
  type OperationRow,
  recordOf,
} from '../../records/record-call.ts';
import { translateConstraint } from '../errors.ts';
import { type KeyClaim, settleKey } from './idempotency.ts';

/**
 * Does a mutation and records it, as of the time `now` says once it is done.
 *
 * @throws TakenError, MissingError, KeyInUseError if the claim has passed to another, and what `work` throws; then nothing
 *   has changed
 */
export async function mutate(
  pool: Pool,
  call: CallFacts,
  claim: KeyClaim | undefined,
  work: (tx: Transaction) => Promise<MutationRecord>,
  now: () => Date,
): Promise<OperationRow> {
  try {
    return await transaction(pool, async (tx) => {
      const done = await work(tx);
      const operation = newOperation(call, done, now());
      if (claim) await settleKey(tx, claim, operation.id);
      await tx.finish(recordOf(call, operation, done.details));
      return operation;
    });
  } catch (error) {
    throw translateConstraint(error);
  }
}
