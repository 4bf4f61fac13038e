/** What registries, devices and brokers have in common, as calls of the API: credentials, logs, labels, deletion. */
import * as sdk from '@iotcore/sdk';
import { answer, everyPage, type PageQuery } from '../calls.ts';

export interface Resource {
  readonly id: string;
  readonly name?: string;
  /** Of a registry or broker; a device has its registry. */
  readonly folderId?: string;
  readonly registryId?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type Certificate = Omit<sdk.DeviceCertificate, 'deviceId'>;
export type Password = Omit<sdk.DevicePassword, 'deviceId'>;

export interface Change {
  /** Comma-separated names of the fields to set. */
  readonly updateMask: string;
  readonly name?: string;
  readonly description?: string;
  readonly labels?: Record<string, string>;
  readonly topicAliases?: Record<string, string>;
  readonly logOptions?: sdk.LogOptions;
}

export interface LogQuery extends PageQuery {
  since?: string;
  until?: string;
}

/** The calls of one kind. Each may throw what `answer` throws. */
export interface Kind {
  readonly noun: 'registry' | 'device' | 'broker';
  get(client: sdk.Client, id: string): Promise<Resource>;
  update(client: sdk.Client, id: string, body: Change): Promise<sdk.Operation>;
  remove(client: sdk.Client, id: string): Promise<sdk.Operation>;
  listCertificates(client: sdk.Client, id: string): Promise<readonly Certificate[]>;
  addCertificate(client: sdk.Client, id: string, certificateData: string): Promise<sdk.Operation>;
  removeCertificate(client: sdk.Client, id: string, fingerprint: string): Promise<sdk.Operation>;
  listPasswords(client: sdk.Client, id: string): Promise<readonly Password[]>;
  addPassword(client: sdk.Client, id: string, password: string): Promise<sdk.Operation>;
  removePassword(client: sdk.Client, id: string, passwordId: string): Promise<sdk.Operation>;
  logs(client: sdk.Client, id: string, query: LogQuery): Promise<sdk.ListLogEntriesResponse>;
}

export const registryKind: Kind = {
  noun: 'registry',
  get: (client, registryId) => answer(sdk.getRegistry({ client, path: { registryId } })),
  update: (client, registryId, body) => answer(sdk.updateRegistry({ client, path: { registryId }, body })),
  remove: (client, registryId) => answer(sdk.deleteRegistry({ client, path: { registryId } })),
  listCertificates: async (client, registryId) =>
    (await answer(sdk.listRegistryCertificates({ client, path: { registryId } }))).certificates,
  addCertificate: (client, registryId, certificateData) =>
    answer(sdk.addRegistryCertificate({ client, path: { registryId }, body: { certificateData } })),
  removeCertificate: (client, registryId, fingerprint) =>
    answer(sdk.deleteRegistryCertificate({ client, path: { registryId, fingerprint } })),
  listPasswords: async (client, registryId) =>
    (await answer(sdk.listRegistryPasswords({ client, path: { registryId } }))).passwords,
  addPassword: (client, registryId, password) =>
    answer(sdk.addRegistryPassword({ client, path: { registryId }, body: { password } })),
  removePassword: (client, registryId, passwordId) =>
    answer(sdk.deleteRegistryPassword({ client, path: { registryId, passwordId } })),
  logs: (client, registryId, query) =>
    answer(sdk.listRegistryLogEntries({ client, path: { registryId }, query })),
};

export const deviceKind: Kind = {
  noun: 'device',
  get: (client, deviceId) =>
    answer(sdk.getDevice({ client, path: { deviceId }, query: { deviceView: 'FULL' } })),
  update: (client, deviceId, { logOptions: _none, ...body }) =>
    answer(sdk.updateDevice({ client, path: { deviceId }, body })),
  remove: (client, deviceId) => answer(sdk.deleteDevice({ client, path: { deviceId } })),
  listCertificates: async (client, deviceId) =>
    (await answer(sdk.listDeviceCertificates({ client, path: { deviceId } }))).certificates,
  addCertificate: (client, deviceId, certificateData) =>
    answer(sdk.addDeviceCertificate({ client, path: { deviceId }, body: { certificateData } })),
  removeCertificate: (client, deviceId, fingerprint) =>
    answer(sdk.deleteDeviceCertificate({ client, path: { deviceId, fingerprint } })),
  listPasswords: async (client, deviceId) =>
    (await answer(sdk.listDevicePasswords({ client, path: { deviceId } }))).passwords,
  addPassword: (client, deviceId, password) =>
    answer(sdk.addDevicePassword({ client, path: { deviceId }, body: { password } })),
  removePassword: (client, deviceId, passwordId) =>
    answer(sdk.deleteDevicePassword({ client, path: { deviceId, passwordId } })),
  logs: (client, deviceId, query) => answer(sdk.listDeviceLogEntries({ client, path: { deviceId }, query })),
};

export const brokerKind: Kind = {
  noun: 'broker',
  get: (client, brokerId) => answer(sdk.getBroker({ client, path: { brokerId } })),
  update: (client, brokerId, { topicAliases: _none, ...body }) =>
    answer(sdk.updateBroker({ client, path: { brokerId }, body })),
  remove: (client, brokerId) => answer(sdk.deleteBroker({ client, path: { brokerId } })),
  listCertificates: async (client, brokerId) =>
    (await answer(sdk.listBrokerCertificates({ client, path: { brokerId } }))).certificates,
  addCertificate: (client, brokerId, certificateData) =>
    answer(sdk.addBrokerCertificate({ client, path: { brokerId }, body: { certificateData } })),
  removeCertificate: (client, brokerId, fingerprint) =>
    answer(sdk.deleteBrokerCertificate({ client, path: { brokerId, fingerprint } })),
  listPasswords: async (client, brokerId) =>
    (await answer(sdk.listBrokerPasswords({ client, path: { brokerId } }))).passwords,
  addPassword: (client, brokerId, password) =>
    answer(sdk.addBrokerPassword({ client, path: { brokerId }, body: { password } })),
  removePassword: (client, brokerId, passwordId) =>
    answer(sdk.deleteBrokerPassword({ client, path: { brokerId, passwordId } })),
  logs: (client, brokerId, query) => answer(sdk.listBrokerLogEntries({ client, path: { brokerId }, query })),
};

/** Every registry of a folder, at most `limit`. */
export function listRegistries(
  client: sdk.Client,
  folderId: string,
  limit?: number,
): AsyncGenerator<sdk.Registry> {
  return everyPage(
    async (page) => {
      const { registries: items, nextPageToken } = await answer(
        sdk.listRegistries({ client, query: { folderId, ...page } }),
      );
      return { items, nextPageToken };
    },
    { limit },
  );
}

/** Every device of a registry or folder, at most `limit`. */
export function listDevices(
  client: sdk.Client,
  of: { readonly registryId: string } | { readonly folderId: string },
  limit?: number,
): AsyncGenerator<sdk.Device> {
  return everyPage(
    async (page) => {
      const { devices: items, nextPageToken } = await answer(
        sdk.listDevices({ client, query: { ...of, ...page } }),
      );
      return { items, nextPageToken };
    },
    { limit },
  );
}

/** Every broker of a folder, at most `limit`. */
export function listBrokers(
  client: sdk.Client,
  folderId: string,
  limit?: number,
): AsyncGenerator<sdk.Broker> {
  return everyPage(
    async (page) => {
      const { brokers: items, nextPageToken } = await answer(
        sdk.listBrokers({ client, query: { folderId, ...page } }),
      );
      return { items, nextPageToken };
    },
    { limit },
  );
}
