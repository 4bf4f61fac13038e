import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';
import type { Column } from '../output/table.ts';

type Query = NonNullable<sdk.ListRefusedClientsData['query']>;

/** Clients that were refused, those of the last refusal first, at most `limit`. */
export function listRefusedClients(
  client: sdk.Client,
  query: Query,
  limit?: number,
): AsyncGenerator<sdk.RefusedClient> {
  return everyPage(
    async (page) => {
      const call = sdk.listRefusedClients({ client, query: { ...query, ...page } });
      const { refusedClients: items, nextPageToken } = await answer(call);
      return { items, nextPageToken };
    },
    { limit },
  );
}

/** The ID that it claims. */
export const refusedColumns: readonly Column<sdk.RefusedClient>[] = [
  { title: 'LAST TIME', value: ({ lastTime }) => lastTime },
  { title: 'COUNT', value: ({ count }) => count },
  { title: 'CLAIMED ID', value: ({ claimedId }) => claimedId },
  { title: 'CERTIFICATE', value: ({ certificateFingerprint }) => certificateFingerprint },
  { title: 'ADDRESS', value: ({ address }) => address },
  { title: 'CLIENT ID', value: ({ clientId }) => clientId },
  { title: 'TLS', value: ({ tls }) => (tls ? 'yes' : 'no') },
  { title: 'REASON', value: ({ reason }) => reason },
];

export const ruleColumns: readonly Column<sdk.RefusedClient>[] = [
  { title: 'RULE', value: ({ rule }) => rule },
  { title: 'DETAIL', value: ({ detail }) => detail },
];
