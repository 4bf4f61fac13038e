/** A call with an Idempotency-Key: its key is claimed before the work and settled with it, or given back. */
import type { Operation } from '@iotcore/contract';
import type { Log } from '@iotcore/store';
import type { ControlStore, EarlierOutcome, IdempotencyKey, KeyClaim } from '@iotcore/store/control';
import { ApiError } from '../../errors/catalogue.ts';
import { toOperation } from '../../messages/operation.ts';
import type { Access } from '../access.ts';
import type { ApiOperation } from '../operation.ts';
import type { Subject } from '../subject.ts';

export interface KeyedCall {
  readonly operation: ApiOperation;
  readonly key: IdempotencyKey;
  readonly subject: Subject<unknown>;
  readonly access: Access;
  readonly store: Pick<ControlStore, 'keys' | 'read'>;
  readonly logger: Log;
  readonly requestId: string;
}

/**
 * The answer of `work`, or of the same call that came before. `work` settles the claim within its transaction; work that has
 * none (an operation without a record) is settled here.
 *
 * @throws NOT_FOUND, PERMISSION_DENIED, ABORTED while another call works on the key, and what `work` throws
 */
export async function workOnce(
  call: KeyedCall,
  work: (target: unknown, claim: KeyClaim) => Promise<unknown>,
): Promise<unknown> {
  const found = await findTarget(call);
  if ('earlier' in found) return replay(call, found.earlier);
  const { keys } = call.store;
  const claim = await keys.claim(call.key);
  if (!('ticket' in claim)) return replay(call, claim);
  try {
    const answer = await work(found.target, claim);
    if (!call.operation.record) await settle(call, claim);
    return answer;
  } catch (error) {
    await keys.release(claim).catch(() => {
      // Its lease ends it. What went wrong before says more.
    });
    throw error;
  }
}

/** What a call was about may be gone, and its first answer still be wanted. */
async function findTarget({
  access,
  subject,
  store,
  key,
}: KeyedCall): Promise<{ readonly target: unknown } | { readonly earlier: EarlierOutcome }> {
  try {
    return { target: access.require(subject) };
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 'NOT_FOUND')) throw error;
    const earlier = await store.keys.find(key);
    if (earlier?.operationId === undefined) throw error;
    return { earlier };
  }
}

/** The answer of the first call, to a caller that may still do and see this. */
async function replay(
  { operation, access, store }: KeyedCall,
  { operationId }: EarlierOutcome,
): Promise<unknown> {
  let first: Operation | undefined;
  if (operationId !== undefined) {
    first = toOperation(access.resource(await store.read.operations.find(operationId), 'Operation'));
  }
  return operation.replay ? operation.replay(first) : first;
}

/** Done is done: if this cannot be noted, a repeated call does it again after the lease of the claim. */
async function settle({ store, logger, requestId }: KeyedCall, claim: KeyClaim): Promise<void> {
  try {
    await store.keys.settle(claim);
  } catch (error) {
    logger.warn({ err: error, requestId }, 'could not note that a call with an Idempotency-Key is done');
  }
}
