/** Where the messages of an export come from: what must be there for it. */
import { checkExportFilter, deviceOfExportFilter, type ExportSource } from '@iotcore/model';
import type { Reads } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';

/** @throws INVALID_ARGUMENT that names the field */
export async function checkSource(source: ExportSource, filterField: string, read: Reads): Promise<void> {
  const { registryId, deviceId, mqttTopicFilter } = source;
  const wrong = checkExportFilter(source);
  if (wrong !== undefined) throw errors.invalidArgument([{ field: filterField, description: wrong }]);
  if (registryId === undefined) return;
  await mustBeOf(registryId, deviceId, 'source.deviceId', read);
  if (mqttTopicFilter !== undefined)
    await mustBeOf(registryId, deviceOfExportFilter(mqttTopicFilter), filterField, read);
}

async function mustBeOf(
  registryId: string,
  deviceId: string | undefined,
  field: string,
  read: Reads,
): Promise<void> {
  if (deviceId === undefined) return;
  const device = await read.devices.find(deviceId, { activity: false });
  if (device?.registryId === registryId) return;
  throw errors.invalidArgument([{ field, description: 'The registry has no such device.' }]);
}
