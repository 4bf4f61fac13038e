import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';

type Query = sdk.FindDevicesData['query'];

/** One of the fields. */
export type DeviceFilter = Omit<Query, 'registryId' | 'pageSize' | 'pageToken'>;

export type FoundDevice = sdk.FoundDevice & { readonly registryId: string };

/** The devices of a registry that a filter picks, at most `limit`. */
export function findDevices(
  client: sdk.Client,
  registryId: string,
  filter: DeviceFilter,
  limit: number,
): AsyncGenerator<FoundDevice> {
  return everyPage(
    async (page) => {
      const query = { registryId, ...filter, ...page };
      const { devices, nextPageToken } = await answer(sdk.findDevices({ client, query }));
      return { items: devices.map((device) => ({ registryId, ...device })), nextPageToken };
    },
    { limit },
  );
}
