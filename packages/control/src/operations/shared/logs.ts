import { ListLogEntriesQuery, ListLogEntriesResponse, type ResourceNames } from '@iotcore/contract';
import { type ApiOperation, defineOperation } from '../../pipeline/operation.ts';
import { instant } from './instant.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function logOperations(names: ResourceNames): ApiOperation[] {
  const { noun, kind } = names;
  return [
    defineOperation({
      name: `list${noun}LogEntries`,
      service: 'ObservationService',
      summary: `Lists the connection log of a ${kind}, newest first`,
      permission: 'view',
      ids: ownerIds(names),
      message: ListLogEntriesQuery,
      output: ListLogEntriesResponse,
      subject: ownerSubject(names),
      async run({ input: { since, until }, target, read, page: request, nextPageToken }) {
        const range = { since: instant(since), until: instant(until) };
        const page = await read.connectionLog.list(target, range, request);
        const entries = page.rows.map(({ at, level, message }) => ({ at: at.toISOString(), level, message }));
        return { entries, ...nextPageToken(page) };
      },
    }),
  ];
}
