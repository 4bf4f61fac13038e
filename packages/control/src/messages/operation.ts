import type { Any, Operation, Status } from '@iotcore/contract';
import type { OperationRow } from '@iotcore/store/control';

/** An operation as the API shows it. */
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
