/** What has permanent topics, and the calls about them. */
import * as sdk from '@iotcore/sdk';
import { ask, client } from '../../api/client.ts';
import type { Owner } from '../resources/owner.ts';

export type Keeper = Owner & { readonly kind: 'registry' | 'device' };

export function listTopics({ kind, id }: Keeper, query: { readonly pageToken: string | undefined }) {
  return kind === 'device'
    ? ask(sdk.listDeviceRetainedTopics({ client, path: { deviceId: id }, query }))
    : ask(sdk.listRegistryRetainedTopics({ client, path: { registryId: id }, query }));
}

export function getMessage({ kind, id }: Keeper, topic: string): Promise<sdk.RetainedMessage> {
  return kind === 'device'
    ? ask(sdk.getDeviceRetainedMessage({ client, path: { deviceId: id }, query: { topic } }))
    : ask(sdk.getRegistryRetainedMessage({ client, path: { registryId: id }, query: { topic } }));
}

export function clearMessage({ kind, id }: Keeper, topic: string): Promise<unknown> {
  return kind === 'device'
    ? ask(sdk.clearDeviceRetainedMessage({ client, path: { deviceId: id }, query: { topic } }))
    : ask(sdk.clearRegistryRetainedMessage({ client, path: { registryId: id }, query: { topic } }));
}
