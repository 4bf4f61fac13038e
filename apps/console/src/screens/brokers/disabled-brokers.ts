import { listDisabledResources } from '@iotcore/sdk';
import { ask, client } from '../../api/client.ts';

/** IDs of what an operator keeps out of a folder. A broker itself does not say so, as in the old service. */
export async function disabledIn(folderId: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let pageToken: string | undefined;
  do {
    const query = { folderId, pageSize: 1000, pageToken };
    const { disabledResources, nextPageToken } = await ask(listDisabledResources({ client, query }));
    for (const { resourceId } of disabledResources) ids.add(resourceId);
    pageToken = nextPageToken;
  } while (pageToken !== undefined);
  return ids;
}
