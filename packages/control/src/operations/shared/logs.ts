import {
  ListLogEntriesQuery,
  ListLogEntriesResponse,
  type LogEntry,
  type ResourceNames,
} from '@iotcore/contract';
import { refusalRule } from '@iotcore/model';
import type { LogRow } from '@iotcore/store/control';
import { text } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { instant } from './instant.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function logOperations(names: ResourceNames) {
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
      async run({ input: { since, until, level, reason }, target, read, page: request, nextPageToken }) {
        const filter = { since: instant(since), until: instant(until), level, reason };
        const page = await read.connectionLog.list(target, filter, request);
        return { entries: page.rows.map(toLogEntry), ...nextPageToken(page) };
      },
    }),
  ];
}

function toLogEntry({ at, level, reason, message }: LogRow): LogEntry {
  const rule = refusalRule(reason ?? '');
  return {
    at: at.toISOString(),
    level,
    ...text('reason', reason),
    ...(rule !== undefined && { rule }),
    message,
  };
}
