/** Devices and brokers that an operator keeps out: their `status` does not say so, as in the old service. */
import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';
import type { Kind, Resource } from './kinds.ts';

/** Of a folder, or of all. */
export function listDisabled(client: sdk.Client, folderId?: string): AsyncGenerator<sdk.DisabledResource> {
  return everyPage(async (page) => {
    const query = { ...(folderId !== undefined && { folderId }), ...page };
    const call = sdk.listDisabledResources({ client, query });
    const { disabledResources: items, nextPageToken } = await answer(call);
    return { items, nextPageToken };
  });
}

/** Until when each is disabled, by ID, for people. */
export async function disabledIn(client: sdk.Client, folderId: string): Promise<ReadonlyMap<string, string>> {
  const byId = new Map<string, string>();
  for await (const one of listDisabled(client, folderId)) byId.set(one.resourceId, untilOf(one));
  return byId;
}

/** Until when it is disabled, for people; undefined: it is not, or is a registry, whose status says so. */
export async function disabledUntil(
  client: sdk.Client,
  { noun }: Kind,
  resource: Resource,
): Promise<string | undefined> {
  if (noun === 'registry') return undefined;
  for await (const one of listDisabled(client, await folderOf(client, resource)))
    if (one.resourceId === resource.id) return untilOf(one);
  return undefined;
}

/** That of a device is that of its registry. */
export async function folderOf(
  client: sdk.Client,
  { folderId, registryId }: Pick<Resource, 'folderId' | 'registryId'>,
) {
  if (registryId === undefined) return folderId;
  return (await answer(sdk.getRegistry({ client, path: { registryId } }))).folderId;
}

function untilOf({ endsAt, note }: sdk.DisabledResource): string {
  return `until ${endsAt ?? 'it is enabled'}${note ? ` (${note})` : ''}`;
}
