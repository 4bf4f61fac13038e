/**
 * The one way in which the API changes state: the change, its operation, its audit event and the end of its Idempotency-Key
 * are one transaction, so a crash leaves all of them or none. Queries beside those of the change itself: BEGIN, one that
 * records, COMMIT; with a key one more.
 */
import type { Pool } from 'pg';
import type { Sql } from '../../database/sql.ts';
import { transaction } from '../../database/transaction.ts';
import {
  type CallFacts,
  type ChangeRecord,
  newOperation,
  type OperationRow,
  recordCall,
} from '../../records/record-call.ts';
import { translateConstraint } from '../errors.ts';
import { type KeyClaim, settleKey } from './idempotency.ts';

/**
 * Does a change and records it.
 *
 * @throws TakenError, MissingError, KeyInUseError if the claim has passed to another, and what `change` throws; then nothing
 *   has changed
 */
export async function mutate(
  pool: Pool,
  call: CallFacts,
  claim: KeyClaim | undefined,
  change: (tx: Sql) => Promise<ChangeRecord>,
): Promise<OperationRow> {
  try {
    return await transaction(pool, async (tx) => {
      const operation = newOperation(call, await change(tx), new Date());
      await recordCall(tx, call, operation);
      if (claim) await settleKey(tx, claim, operation.id);
      return operation;
    });
  } catch (error) {
    throw translateConstraint(error);
  }
}
