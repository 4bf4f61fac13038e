import { credentialMessages, paging, type ResourceNames } from '@iotcore/contract';
import { listOperations } from '@iotcore/store/control';
import { z } from 'zod';
import { defineRoute, type Route } from '../../routing/route.ts';
import { toOperation } from '../../wire/operation.ts';
import { ownerParams, ownerPath, permittedOwner } from './owner.ts';

export function operationRoutes(names: ResourceNames): Route[] {
  const { noun, kind, tag } = names;
  return [
    defineRoute({
      method: 'GET',
      path: `${ownerPath(names)}/operations`,
      operationId: `list${noun}Operations`,
      tag,
      summary: `Lists the operations on a ${kind}, newest first`,
      permission: 'view',
      params: ownerParams(names),
      query: z.strictObject(paging()),
      response: credentialMessages[kind].ListOperationsResponse,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const page = await listOperations(context.db, owner, context.page);
        return { operations: page.rows.map(toOperation), ...context.nextPageToken(page) };
      },
    }),
  ];
}
