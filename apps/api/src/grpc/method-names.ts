/** Which operation each gRPC method is. What is not here is served by this edge alone, or not at all. */
import { resourceNames } from '@iotcore/contract';

const devices = 'yandex.cloud.iot.devices.v1';
const broker = 'yandex.cloud.iot.broker.v1';

const { registry, device } = resourceNames;

/** What registries, devices and brokers all have: the methods of `<noun>Service` and of `<noun>DataService`. */
function ofResource(protoPackage: string, noun: string, plural: string): [string, string][] {
  const service = `${protoPackage}.${noun}Service`;
  return [
    [`${service}/Get`, `get${noun}`],
    [`${service}/List`, `list${plural}`],
    [`${service}/Create`, `create${noun}`],
    [`${service}/Update`, `update${noun}`],
    [`${service}/Delete`, `delete${noun}`],
    [`${service}/ListCertificates`, `list${noun}Certificates`],
    [`${service}/AddCertificate`, `add${noun}Certificate`],
    [`${service}/DeleteCertificate`, `delete${noun}Certificate`],
    [`${service}/ListPasswords`, `list${noun}Passwords`],
    [`${service}/AddPassword`, `add${noun}Password`],
    [`${service}/DeletePassword`, `delete${noun}Password`],
    [`${service}/ListOperations`, `list${noun}Operations`],
    [`${protoPackage}.${noun}DataService/Publish`, `publish${noun}Data`],
  ];
}

/** Names of operations by the full name of their method: `yandex.cloud.iot.devices.v1.DeviceService/Get`. */
export const operationNames: ReadonlyMap<string, string> = new Map([
  ...ofResource(devices, registry.noun, 'Registries'),
  [`${devices}.RegistryService/GetByName`, 'getRegistryByName'],
  [`${devices}.RegistryService/Enable`, 'enableRegistry'],
  [`${devices}.RegistryService/Disable`, 'disableRegistry'],
  [`${devices}.RegistryService/ListDeviceTopicAliases`, 'listDeviceTopicAliases'],
  [`${devices}.RegistryService/ListDataStreamExports`, 'listDataStreamExports'],
  [`${devices}.RegistryService/AddDataStreamExport`, 'addDataStreamExport'],
  [`${devices}.RegistryService/DeleteDataStreamExport`, 'deleteDataStreamExport'],
  ...ofResource(devices, device.noun, 'Devices'),
  [`${devices}.DeviceService/GetByName`, 'getDeviceByName'],
  ...ofResource(broker, resourceNames.broker.noun, 'Brokers'),
  ['yandex.cloud.operation.OperationService/Get', 'getOperation'],
  ['yandex.cloud.operation.OperationService/Cancel', 'cancelOperation'],
  ['yandex.cloud.iam.v1.IamTokenService/Create', 'createIamToken'],
  ['yandex.cloud.resourcemanager.v1.FolderService/Get', 'getFolder'],
  ['yandex.cloud.resourcemanager.v1.FolderService/List', 'listFolders'],
  ['yandex.cloud.resourcemanager.v1.CloudService/Get', 'getCloud'],
  ['yandex.cloud.resourcemanager.v1.CloudService/List', 'listClouds'],
]);
