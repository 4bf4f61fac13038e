/**
 * The one way in which the API changes state: the change, its operation, its audit event and its Idempotency-Key are one
 * transaction. Queries beside those of the change itself: BEGIN, one that records, COMMIT; with a key two more.
 */
import type { Prisma, PrismaClient } from '../generated/client.ts';
import type { Db } from './db.ts';
import { translateConstraint } from './errors.ts';
import { claimKey, findEarlierOutcome, type IdempotencyKey, settleKey } from './idempotency.ts';
import type { OperationRow } from './operations.ts';
import { createSortableId } from './sortable-ids.ts';

/** Who calls what, from where. */
export interface CallFacts {
  readonly callerId: string;
  readonly remoteIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly eventType: string;
  readonly description: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** What a change did, for the record. */
export interface ChangeRecord {
  readonly resourceId: string;
  readonly folderId: string;
  /** What the caller should know beside the success, as a sentence: it follows the operation's description. */
  readonly note?: string | undefined;
  /** JSON, and so is the response. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
}

export type Outcome =
  | { readonly repeated: false; readonly operation: OperationRow }
  | { readonly repeated: true; readonly operationId: string | undefined };

/**
 * Does a change and records it, or finds that the same request was done before.
 *
 * @throws TakenError, MissingError and what `change` throws; then nothing has changed
 */
export async function mutate(
  prisma: PrismaClient,
  call: CallFacts,
  change: (tx: Db) => Promise<ChangeRecord>,
): Promise<Outcome> {
  return once(prisma, call.idempotencyKey, async (tx) => {
    const operation = newOperation(call, await change(tx));
    await record(tx, call, operation);
    return { repeated: false, operation };
  });
}

/** Does work that leaves no operation, such as publishing: once, if there is a key. */
export async function doOnce(
  prisma: PrismaClient,
  key: IdempotencyKey,
  work: () => Promise<void>,
): Promise<void> {
  await once(prisma, key, async () => {
    await work();
    return { repeated: true, operationId: undefined };
  });
}

async function once(
  prisma: PrismaClient,
  key: IdempotencyKey | undefined,
  work: (tx: Db) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await prisma.$transaction(async (tx) => {
      if (key && !(await claimKey(tx, key))) return earlier(tx, key);
      const outcome = await work(tx);
      if (key) await settleKey(tx, key, outcome.repeated ? undefined : outcome.operation.id);
      return outcome;
    });
  } catch (error) {
    throw translateConstraint(error);
  }
}

async function earlier(tx: Db, key: IdempotencyKey): Promise<Outcome> {
  const outcome = await findEarlierOutcome(tx, key);
  if (!outcome) throw new Error('an Idempotency-Key went away while it was read');
  return { repeated: true, operationId: outcome.operationId };
}

function newOperation(call: CallFacts, change: ChangeRecord): OperationRow {
  const now = new Date();
  return {
    id: createSortableId(now),
    resourceId: change.resourceId,
    folderId: change.folderId,
    description: change.note === undefined ? call.description : `${call.description}. ${change.note}`,
    createdAt: now,
    createdBy: call.callerId,
    modifiedAt: now,
    metadata: change.metadata as Prisma.JsonObject,
    response: change.response as Prisma.JsonObject,
    error: null,
  };
}

async function record(tx: Db, call: CallFacts, operation: OperationRow): Promise<void> {
  const { id, resourceId, folderId, createdAt } = operation;
  const metadata = JSON.stringify(operation.metadata);
  await tx.$executeRaw`
    WITH operation AS (
      INSERT INTO operations (id, resource_id, folder_id, description, created_at, created_by, modified_at, metadata, response)
      VALUES (${id}, ${resourceId}, ${folderId}, ${operation.description}, ${createdAt}, ${call.callerId}, ${createdAt},
              ${metadata}::jsonb, ${JSON.stringify(operation.response)}::jsonb)
    )
    INSERT INTO audit_events (id, at, event_type, caller_id, remote_ip, user_agent, request_id, folder_id, resource_id, details, code)
    VALUES (${id}, ${createdAt}, ${call.eventType}, ${call.callerId}, ${call.remoteIp}, ${call.userAgent}, ${call.requestId},
            ${folderId}, ${resourceId}, ${metadata}::jsonb - '@type', 0)`;
}
