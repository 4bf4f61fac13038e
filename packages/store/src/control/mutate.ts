/**
 * The one way in which the API changes state: the change, its operation, its audit event and the end of its Idempotency-Key
 * are one transaction, so a crash leaves all of them or none. Queries beside those of the change itself: BEGIN, one that
 * records, COMMIT; with a key one more.
 */
import { sqlOf } from '../database/sql.ts';
import type { PrismaClient } from '../generated/client.ts';
import {
  type CallFacts,
  type ChangeRecord,
  newOperation,
  type OperationRow,
  recordCall,
} from '../records/record-call.ts';
import type { Db } from './db.ts';
import { translateConstraint } from './errors.ts';
import { type KeyClaim, settleKey } from './idempotency.ts';

/**
 * Does a change and records it.
 *
 * @throws TakenError, MissingError, KeyInUseError if the claim has passed to another, and what `change` throws; then nothing
 *   has changed
 */
export async function mutate(
  prisma: PrismaClient,
  call: CallFacts,
  claim: KeyClaim | undefined,
  change: (tx: Db) => Promise<ChangeRecord>,
): Promise<OperationRow> {
  try {
    return await prisma.$transaction(async (tx) => {
      const operation = newOperation(call, await change(tx), new Date());
      const sql = sqlOf(tx);
      await recordCall(sql, call, operation);
      if (claim) await settleKey(sql, claim, operation.id);
      return operation;
    });
  } catch (error) {
    throw translateConstraint(error);
  }
}
