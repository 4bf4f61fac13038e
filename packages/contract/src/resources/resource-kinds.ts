/** The kinds of resources that have credentials, a log, operations, and can publish; and what they are called in the API. */
export type ResourceKind = 'registry' | 'device' | 'broker';

export interface ResourceNames {
  readonly kind: ResourceKind;
  /** In the names of components and operations: `AddDeviceCertificate`. */
  readonly noun: string;
  readonly idField: string;
  /** Where the collection lies. */
  readonly path: string;
  /** Where our extensions of the resource lie. */
  readonly extensionPath: string;
  /** The package of its messages in the old service: the `@type` of metadata and responses. */
  readonly protoPackage: string;
  /** The prefix of its audit events. */
  readonly auditService: string;
  readonly tag: string;
}

export const resourceNames = {
  registry: {
    kind: 'registry',
    noun: 'Registry',
    idField: 'registryId',
    path: '/iot-devices/v1/registries',
    extensionPath: '/ext/v1/registries',
    protoPackage: 'yandex.cloud.iot.devices.v1',
    auditService: 'devices',
    tag: 'RegistryService',
  },
  device: {
    kind: 'device',
    noun: 'Device',
    idField: 'deviceId',
    path: '/iot-devices/v1/devices',
    extensionPath: '/ext/v1/devices',
    protoPackage: 'yandex.cloud.iot.devices.v1',
    auditService: 'devices',
    tag: 'DeviceService',
  },
  broker: {
    kind: 'broker',
    noun: 'Broker',
    idField: 'brokerId',
    path: '/iot-broker/v1/brokers',
    extensionPath: '/ext/v1/brokers',
    protoPackage: 'yandex.cloud.iot.broker.v1',
    auditService: 'broker',
    tag: 'BrokerService',
  },
} as const satisfies Record<ResourceKind, ResourceNames>;
