import { Operation, operationId } from '@iotcore/contract';
import type { Reads } from '@iotcore/store/control';
import { toOperation } from '../messages/operation.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { resource } from '../pipeline/subject.ts';

const service = 'OperationService';

async function subject({ operationId }: { readonly operationId: string }, read: Reads) {
  return resource('Operation', await read.operations.find(operationId));
}

/** The records of mutating calls. */
export const operationRecordOperations = [
  defineOperation({
    name: 'getOperation',
    service,
    summary: 'Returns an operation',
    permission: 'view',
    ids: { operationId },
    output: Operation,
    subject,
    run: async ({ target }) => toOperation(target),
  }),
  defineOperation({
    name: 'cancelOperation',
    service,
    summary: 'Cancels an operation',
    description:
      'Operations are done when they are answered, so there is nothing to cancel: returns it as it is.',
    permission: 'edit',
    ids: { operationId },
    output: Operation,
    subject,
    run: async ({ target }) => toOperation(target),
  }),
];
