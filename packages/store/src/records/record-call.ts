/**
 * The one way in which operations and audit events are written, for a call of the API or a password
 * that the MQTT server adopts. Their messages come ready; nothing here knows how they look.
 */
import { prepare, type Statement } from '../database/sql.ts';
import { createSortableId } from './sortable-ids.ts';

type Json = Readonly<Record<string, unknown>>;

/** The caller, its address and the operation. */
export interface CallFacts {
  /** Empty: the service itself did it. */
  readonly callerId: string;
  readonly remoteIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly eventType: string;
  readonly description: string;
}

/** What a mutation did, for the record. */
export interface MutationRecord {
  readonly resourceId: string;
  readonly folderId: string;
  /** What the caller should know beside the success, as a sentence: it follows the operation's description. */
  readonly note?: string | undefined;
  /** The message of the operation's metadata, with its `@type`. */
  readonly metadata: Json;
  readonly response: Json;
  /** What the audit event says beside the fields of the metadata. */
  readonly details?: Json | undefined;
}

/** An operation as it is kept. */
export interface OperationRow {
  readonly id: string;
  readonly resourceId: string;
  readonly folderId: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly modifiedAt: Date;
  readonly metadata: unknown;
  readonly response: unknown;
  readonly error: unknown;
}

export function newOperation(
  call: Pick<CallFacts, 'description' | 'callerId'>,
  mutation: MutationRecord,
  at: Date,
): OperationRow {
  const { resourceId, folderId, note, metadata, response } = mutation;
  const description = note === undefined ? call.description : `${call.description}. ${note}`;
  return {
    id: createSortableId(at),
    resourceId,
    folderId,
    description,
    createdAt: at,
    createdBy: call.callerId,
    modifiedAt: at,
    metadata,
    response,
    error: null,
  };
}

/**
 * For a statement that has a CTE `record` with a row for each call, of the columns named here: writes its operation and its
 * audit event, which share their ID. A row that is not there records nothing.
 */
export const recordingCtes = `
  recorded_operation AS (
    INSERT INTO operations (id, resource_id, folder_id, description, created_at, created_by, modified_at, metadata, response,
                            resource_kind)
    SELECT id, resource_id, folder_id, description, at, created_by, at, metadata, response,
           resource_kind_of_call(event_type)
    FROM record
  ), recorded_event AS (
    INSERT INTO audit_events
      (id, at, event_type, caller_id, remote_ip, user_agent, request_id, folder_id, resource_id, details, code,
       resource_kind)
    SELECT id, at, event_type, caller_id, remote_ip, user_agent, request_id, folder_id, resource_id, details, 0,
           resource_kind_of_call(event_type)
    FROM record
  )`;

const recordStatement = prepare(
  'record-call',
  `
  WITH record AS (
    SELECT $1::text AS id, $2::timestamptz AS at, $3::text AS resource_id, $4::text AS folder_id, $5::text AS description,
           $6::text AS created_by, $7::jsonb AS metadata, $8::jsonb AS response, $9::jsonb AS details,
           $10::text AS event_type, $6::text AS caller_id, $11::text AS remote_ip, $12::text AS user_agent,
           $13::text AS request_id
  ), ${recordingCtes}
  SELECT 1`,
);

/** What records a mutation, as the last statement of its transaction. */
export function recordOf(call: CallFacts, operation: OperationRow, details: Json = {}): Statement {
  return recordStatement(
    operation.id,
    operation.createdAt,
    operation.resourceId,
    operation.folderId,
    operation.description,
    call.callerId,
    JSON.stringify(operation.metadata),
    JSON.stringify(operation.response),
    JSON.stringify({ ...detailsOf(operation.metadata as Json), ...details }),
    call.eventType,
    call.remoteIp,
    call.userAgent,
    call.requestId,
  );
}

/** What an audit event says of a mutation: the fields of the metadata, without the name of their message. */
export function detailsOf({ '@type': _, ...details }: Json): Json {
  return details;
}
