import { Operation, operationId } from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { z } from 'zod';
import { defineRoute, type RouteContext } from '../../routing/route.ts';
import { toOperation } from '../../wire/operation.ts';

const tag = 'OperationService';
const params = z.strictObject({ operationId });

async function read({
  params,
  guard,
  db,
}: Pick<RouteContext, 'guard' | 'db'> & { params: { operationId: string } }) {
  return toOperation(guard.resource(await control.findOperation(db, params.operationId), 'Operation'));
}

export const operationRoutes = [
  defineRoute({
    method: 'GET',
    path: '/operations/{operationId}',
    operationId: 'getOperation',
    tag,
    summary: 'Returns an operation',
    permission: 'view',
    params,
    response: Operation,
    handler: read,
  }),
  defineRoute({
    method: 'GET',
    path: '/operations/{operationId}:cancel',
    operationId: 'cancelOperation',
    tag,
    summary: 'Cancels an operation',
    description:
      'Operations are done when they are answered, so there is nothing to cancel: returns it as it is.',
    permission: 'edit',
    params,
    response: Operation,
    handler: read,
  }),
];
