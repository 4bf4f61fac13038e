/** What registries, devices and brokers have in common, by kind: credentials, a log, sessions, operations, messages. */
import * as sdk from '@iotcore/sdk';
import { ask, client } from '../../api/client.ts';

export type OwnerKind = 'registry' | 'device' | 'broker';

/** The resource that a part of a screen is about. */
export interface Owner {
  readonly kind: OwnerKind;
  readonly id: string;
  readonly folderId: string;
}

export interface Certificate {
  readonly fingerprint: string;
  readonly certificateData: string;
  readonly createdAt: string;
}

export interface Password {
  readonly id: string;
  readonly createdAt: string;
}

interface LogQuery {
  readonly level?: 'INFO' | 'WARN' | 'ERROR' | undefined;
  readonly reason?: string | undefined;
  readonly pageSize?: number;
  readonly pageToken?: string | undefined;
}

interface Calls {
  certificates(): Promise<{ readonly certificates: readonly Certificate[] }>;
  addCertificate(certificateData: string): Promise<unknown>;
  deleteCertificate(fingerprint: string): Promise<unknown>;
  passwords(): Promise<{ readonly passwords: readonly Password[] }>;
  addPassword(password: string): Promise<unknown>;
  deletePassword(passwordId: string): Promise<unknown>;
  log(query: LogQuery): Promise<sdk.ListLogEntriesResponse>;
  sessions(): Promise<{ readonly sessions: readonly sdk.LiveSession[] }>;
  disconnect(): Promise<unknown>;
  operations(
    pageToken: string | undefined,
  ): Promise<{ operations: readonly sdk.Operation[]; nextPageToken?: string }>;
  publish(topic: string, data: string): Promise<unknown>;
  delete(): Promise<unknown>;
}

/** The paths of the extension and of the old service's own API. */
export const paths: Readonly<
  Record<OwnerKind, { readonly ext: string; readonly api: string; readonly cli: string }>
> = {
  registry: { ext: '/ext/v1/registries', api: '/iot-devices/v1/registries', cli: 'registry' },
  device: { ext: '/ext/v1/devices', api: '/iot-devices/v1/devices', cli: 'device' },
  broker: { ext: '/ext/v1/brokers', api: '/iot-broker/v1/brokers', cli: 'broker' },
};

export function callsOf({ kind, id }: Owner): Calls {
  if (kind === 'registry') return registryCalls(id);
  return kind === 'device' ? deviceCalls(id) : brokerCalls(id);
}

function registryCalls(registryId: string): Calls {
  const path = { registryId };
  return {
    certificates: () => ask(sdk.listRegistryCertificates({ client, path })),
    addCertificate: (certificateData) =>
      ask(sdk.addRegistryCertificate({ client, path, body: { certificateData } })),
    deleteCertificate: (fingerprint) =>
      ask(sdk.deleteRegistryCertificate({ client, path: { ...path, fingerprint } })),
    passwords: () => ask(sdk.listRegistryPasswords({ client, path })),
    addPassword: (password) => ask(sdk.addRegistryPassword({ client, path, body: { password } })),
    deletePassword: (passwordId) =>
      ask(sdk.deleteRegistryPassword({ client, path: { ...path, passwordId } })),
    log: (query) => ask(sdk.listRegistryLogEntries({ client, path, query })),
    sessions: () => ask(sdk.listRegistrySessions({ client, path })),
    disconnect: () => ask(sdk.disconnectRegistry({ client, path })),
    operations: (pageToken) => ask(sdk.listRegistryOperations({ client, path, query: { pageToken } })),
    publish: (topic, data) => ask(sdk.publishRegistryData({ client, path, body: { topic, data } })),
    delete: () => ask(sdk.deleteRegistry({ client, path })),
  };
}

function deviceCalls(deviceId: string): Calls {
  const path = { deviceId };
  return {
    certificates: () => ask(sdk.listDeviceCertificates({ client, path })),
    addCertificate: (certificateData) =>
      ask(sdk.addDeviceCertificate({ client, path, body: { certificateData } })),
    deleteCertificate: (fingerprint) =>
      ask(sdk.deleteDeviceCertificate({ client, path: { ...path, fingerprint } })),
    passwords: () => ask(sdk.listDevicePasswords({ client, path })),
    addPassword: (password) => ask(sdk.addDevicePassword({ client, path, body: { password } })),
    deletePassword: (passwordId) => ask(sdk.deleteDevicePassword({ client, path: { ...path, passwordId } })),
    log: (query) => ask(sdk.listDeviceLogEntries({ client, path, query })),
    sessions: () => ask(sdk.listDeviceSessions({ client, path })),
    disconnect: () => ask(sdk.disconnectDevice({ client, path })),
    operations: (pageToken) => ask(sdk.listDeviceOperations({ client, path, query: { pageToken } })),
    publish: (topic, data) => ask(sdk.publishDeviceData({ client, path, body: { topic, data } })),
    delete: () => ask(sdk.deleteDevice({ client, path })),
  };
}

function brokerCalls(brokerId: string): Calls {
  const path = { brokerId };
  return {
    certificates: () => ask(sdk.listBrokerCertificates({ client, path })),
    addCertificate: (certificateData) =>
      ask(sdk.addBrokerCertificate({ client, path, body: { certificateData } })),
    deleteCertificate: (fingerprint) =>
      ask(sdk.deleteBrokerCertificate({ client, path: { ...path, fingerprint } })),
    passwords: () => ask(sdk.listBrokerPasswords({ client, path })),
    addPassword: (password) => ask(sdk.addBrokerPassword({ client, path, body: { password } })),
    deletePassword: (passwordId) => ask(sdk.deleteBrokerPassword({ client, path: { ...path, passwordId } })),
    log: (query) => ask(sdk.listBrokerLogEntries({ client, path, query })),
    sessions: () => ask(sdk.listBrokerSessions({ client, path })),
    disconnect: () => ask(sdk.disconnectBroker({ client, path })),
    operations: (pageToken) => ask(sdk.listBrokerOperations({ client, path, query: { pageToken } })),
    publish: (topic, data) => ask(sdk.publishBrokerData({ client, path, body: { topic, data } })),
    delete: () => ask(sdk.deleteBroker({ client, path })),
  };
}
