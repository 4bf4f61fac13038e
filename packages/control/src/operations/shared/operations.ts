import { credentialMessages, paging, type ResourceNames } from '@iotcore/contract';
import { z } from 'zod';
import { toOperation } from '../../messages/operation.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function operationListing(names: ResourceNames) {
  const { noun, kind, tag } = names;
  return [
    defineOperation({
      name: `list${noun}Operations`,
      service: tag,
      summary: `Lists the operations on a ${kind}, newest first`,
      permission: 'view',
      ids: ownerIds(names),
      message: z.strictObject(paging()),
      output: credentialMessages[kind].ListOperationsResponse,
      subject: ownerSubject(names),
      async run({ target, read, page: request, nextPageToken }) {
        const page = await read.operations.list(target, request);
        return { operations: page.rows.map(toOperation), ...nextPageToken(page) };
      },
    }),
  ];
}
