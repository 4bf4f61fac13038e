import { ListRefusedClientsQuery, ListRefusedClientsResponse, type RefusedClient } from '@iotcore/contract';
import { everyFolder, refusalRule } from '@iotcore/model';
import type { RefusedClientRow } from '@iotcore/store/control';
import { text } from '../messages/json.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { folder } from '../pipeline/subject.ts';
import { instant } from './shared/instant.ts';

export const refusedClientOperations = [
  defineOperation({
    name: 'listRefusedClients',
    service: 'ObservationService',
    summary: 'Lists the clients that the MQTT server refused, newest first',
    permission: 'view',
    message: ListRefusedClientsQuery,
    output: ListRefusedClientsResponse,
    // Unknown clients belong to no folder: a caller that may view every folder sees them.
    subject: ({ folderId }) => folder(folderId ?? everyFolder),
    async run({ input, read, page: request, nextPageToken }) {
      const { folderId, filter, claimedId, certificateFingerprint, address, reason, since, until } = input;
      const page = await read.refusedClients.list(
        {
          ...{ folderId, claimedId, address, reason },
          isKnown: filter && filter === 'KNOWN',
          fingerprint: certificateFingerprint,
          since: instant(since),
          until: instant(until),
        },
        request,
      );
      return { refusedClients: page.rows.map(toRefusedClient), ...nextPageToken(page) };
    },
  }),
];

function toRefusedClient(row: RefusedClientRow): RefusedClient {
  const { address, reason, firstAt, lastAt } = row;
  return {
    ...text('claimedId', row.claimedId),
    ...text('certificateFingerprint', row.fingerprint),
    ...(row.resourceKind !== null && { resourceKind: toKind(row.resourceKind) }),
    ...text('folderId', row.folderId),
    address,
    ...text('clientId', row.clientId),
    tls: row.secure,
    reason,
    // An MQTT server of the next version may know more reasons.
    rule: refusalRule(reason) ?? reason,
    ...text('detail', row.detail),
    firstTime: firstAt.toISOString(),
    lastTime: lastAt.toISOString(),
    count: Number(row.count),
  };
}

function toKind(kind: string): NonNullable<RefusedClient['resourceKind']> {
  return kind.toUpperCase() as NonNullable<RefusedClient['resourceKind']>;
}
