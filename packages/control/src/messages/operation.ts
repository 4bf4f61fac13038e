import type { Any, Operation, Status } from '@iotcore/contract';
import type { OperationRow } from '@iotcore/store/control';

export function toOperation(row: OperationRow): Operation {
  return {
    id: row.id,
    description: row.description,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    modifiedAt: row.modifiedAt.toISOString(),
    done: true,
    metadata: row.metadata as Any,
    ...(row.error === null ? { response: row.response as Any } : { error: row.error as Status }),
  };
}

/** A message with its type, as it stands in an operation. */
export function asAny(type: string, message: object): Any {
  return { '@type': `type.googleapis.com/${type}`, ...message };
}

/** The response of calls that answer with nothing. `Empty` is a well-known type: its value stands apart. */
export const empty: Any = { ...asAny('google.protobuf.Empty', {}), value: {} };
