import { ListLogEntriesQuery, ListLogEntriesResponse, type ResourceNames } from '@iotcore/contract';
import { listLog } from '@iotcore/store/control';
import { defineRoute, type Route } from '../../routing/route.ts';
import { instant } from './instant.ts';
import { ownerParams, ownerPath, permittedOwner } from './owner.ts';

export function logRoutes(names: ResourceNames): Route[] {
  const { noun, kind, extensionPath, idField } = names;
  return [
    defineRoute({
      method: 'GET',
      path: `${ownerPath({ path: extensionPath, idField })}/logs`,
      operationId: `list${noun}LogEntries`,
      tag: 'ObservationService',
      summary: `Lists the connection log of a ${kind}, newest first`,
      permission: 'view',
      params: ownerParams(names),
      query: ListLogEntriesQuery,
      response: ListLogEntriesResponse,
      async handler(context) {
        const { since, until } = context.query;
        const owner = await permittedOwner(names, context);
        const range = { since: instant(since), until: instant(until) };
        const page = await listLog(context.db, owner, range, context.page);
        const entries = page.rows.map(({ at, level, message }) => ({ at: at.toISOString(), level, message }));
        return { entries, ...context.nextPageToken(page) };
      },
    }),
  ];
}
