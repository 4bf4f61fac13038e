/**
 * The Terraform provider: `resource` and `data` of registry, device and broker, applied, changed and destroyed. A fresh key with
 * every call, reads too. It takes IDs from the metadata of operations, gives passwords after the creation, reads a
 * resource by Get alone, and a data source with its certificates and passwords.
 */
import { status } from '@grpc/grpc-js';
import { expect } from 'vitest';
import { discovers, exchangesForeignToken, exchangesKey, exchangesOauthToken } from './first-steps.ts';
import { brokerId, brokers, deviceId, empty, ofDevices, registries, registryId } from './names.ts';
import type { ClientScript, Command, Step } from './script.ts';

/** The provider has two halves, with an SDK each, and each asks. */
const starts = [
  discovers(100n, ['iam', 'iot-devices', 'iot-broker', 'operation']),
  discovers(100n, ['iam', 'iotbroker', 'broker-data', 'operation']),
];
/** Read to the second. */
const createdAt = expect.objectContaining({ seconds: expect.anything() });
/** Both halves of the oneof are always set: with `folder_id` in the configuration, the second stays, and is empty. */
const logOptions = { destination: { case: 'logGroupId', value: '' }, minLevel: 3 };

const applies: Command = {
  title: 'terraform apply',
  steps: [
    {
      method: registries.create,
      request: {
        folderId: '<folder>',
        name: '<name>',
        description: 'North of the river',
        labels: { site: 'north', empty: '' },
        certificates: [{ certificateData: '<oldCertificate>' }],
        logOptions,
      },
      operation: ['CreateRegistryMetadata', 'Registry'],
      notes: { registry: 'registryId' },
      repeated: true,
    },
    {
      method: registries.addPassword,
      request: { registryId, password: '0123456789_abcd' },
      operation: ['AddRegistryPasswordMetadata', 'RegistryPassword'],
      notes: { firstPassword: 'passwordId' },
    },
    {
      method: registries.get,
      request: { registryId },
      answer: {
        id: registryId,
        folderId: '<folder>',
        name: '<name>',
        description: 'North of the river',
        labels: { site: 'north', empty: '' },
        createdAt,
        status: 2,
        logOptions,
      },
    },
    {
      method: ofDevices.create,
      request: {
        registryId,
        name: 'pump',
        certificates: [{ certificateData: '<certificate>' }],
        topicAliases: { '<name>/x': '$devices/{id}/events' },
      },
      operation: ['CreateDeviceMetadata', 'Device'],
      notes: { device: 'deviceId' },
    },
    {
      method: ofDevices.addPassword,
      request: { deviceId, password: '0123456789_abcd' },
      operation: ['AddDevicePasswordMetadata', 'DevicePassword'],
      notes: { devicePassword: 'passwordId' },
    },
    {
      method: ofDevices.get,
      request: { deviceId },
      answer: { id: deviceId, registryId, name: 'pump', createdAt, status: 2 },
    },
    {
      method: brokers.create,
      request: { folderId: '<folder>', name: '<name>', labels: { empty: '' }, logOptions },
      operation: ['CreateBrokerMetadata', 'Broker'],
      notes: { broker: 'brokerId' },
    },
    {
      method: brokers.addPassword,
      request: { brokerId, password: '0123456789_abcd' },
      operation: ['AddBrokerPasswordMetadata', 'BrokerPassword'],
    },
    { method: brokers.get, request: { brokerId }, answer: { id: brokerId, name: '<name>', logOptions } },
  ],
};

/** By its name: the list is walked to its end, of devices that of the whole folder. Then Get, certificates, passwords. */
const reads: Command = {
  title: 'data sources',
  steps: [
    {
      method: registries.list,
      request: { folderId: '<manyFolder>', pageSize: 100n },
      finds: { list: 'registries', name: '<manyName>', as: 'found', pages: 2 },
    },
    { method: registries.get, request: { registryId: '<found>' }, answer: { name: '<manyName>' } },
    { method: registries.get, request: { registryId }, answer: { id: registryId } },
    {
      method: registries.listCertificates,
      request: { registryId },
      answer: { certificates: [{ registryId, certificateData: '<oldCertificate>' }] },
    },
    {
      method: registries.listPasswords,
      request: { registryId },
      answer: { passwords: [{ registryId, id: '<firstPassword>' }] },
    },
    {
      method: ofDevices.list,
      request: { id: { case: 'folderId', value: '<folder>' }, pageSize: 100n },
      finds: { list: 'devices', name: 'pump', as: 'foundDevice', pages: 1 },
    },
    { method: ofDevices.get, request: { deviceId: '<foundDevice>' }, answer: { id: deviceId } },
    {
      method: ofDevices.listCertificates,
      request: { deviceId },
      answer: { certificates: [{ deviceId, certificateData: '<certificate>' }] },
    },
    {
      method: ofDevices.listPasswords,
      request: { deviceId },
      answer: { passwords: [{ id: '<devicePassword>' }] },
    },
    {
      method: brokers.list,
      request: { folderId: '<manyFolder>', pageSize: 100n },
      finds: { list: 'brokers', name: '<manyName>', as: 'foundBroker', pages: 2 },
    },
    { method: brokers.get, request: { brokerId: '<foundBroker>' }, answer: { name: '<manyName>' } },
    { method: brokers.listCertificates, request: { brokerId }, answer: { certificates: [] } },
    {
      method: brokers.listPasswords,
      request: { brokerId },
      answer: { passwords: [expect.objectContaining({ brokerId })] },
    },
  ],
};

const changes: Command = {
  title: 'terraform apply, of a changed configuration',
  steps: [
    {
      method: registries.update,
      request: {
        registryId,
        name: '<name>-2',
        description: 'not in the mask',
        labels: {},
        updateMask: { paths: ['name', 'labels'] },
        logOptions,
      },
      operation: ['UpdateRegistryMetadata', 'Registry'],
      answer: { name: '<name>-2', description: 'North of the river', labels: {}, logOptions },
    },
    {
      method: registries.update,
      request: {
        registryId,
        updateMask: { paths: ['log_options'] },
        logOptions: { disabled: true, minLevel: 4 },
      },
      operation: ['UpdateRegistryMetadata', 'Registry'],
      answer: { logOptions: { disabled: true, destination: { case: undefined }, minLevel: 4 } },
    },
    // One certificate for another: that which is not in the configuration goes, that which is new comes.
    {
      method: registries.listCertificates,
      request: { registryId },
      answer: { certificates: [{ fingerprint: '<oldFingerprint>', certificateData: '<oldCertificate>' }] },
    },
    {
      method: registries.deleteCertificate,
      request: { registryId, fingerprint: '<oldFingerprint>' },
      operation: ['DeleteRegistryCertificateMetadata', empty],
    },
    {
      method: registries.addCertificate,
      request: { registryId, certificateData: '<otherCertificate>' },
      operation: ['AddRegistryCertificateMetadata', 'RegistryCertificate'],
      answer: { certificateData: '<otherCertificate>' },
    },
    // One password for another: the new one is added, and the old one stays. That is the provider's own bug.
    { method: registries.listPasswords, request: { registryId }, answer: { passwords: [expect.anything()] } },
    {
      method: registries.addPassword,
      request: { registryId, password: '0123456789_updated' },
      operation: ['AddRegistryPasswordMetadata', 'RegistryPassword'],
    },
    {
      method: registries.listPasswords,
      request: { registryId },
      answer: { passwords: [expect.anything(), expect.anything()] },
    },
    {
      method: registries.get,
      request: { registryId },
      answer: { name: '<name>-2', labels: {}, logOptions: { disabled: true } },
    },
    {
      method: ofDevices.update,
      request: {
        deviceId,
        updateMask: { paths: ['name', 'topic_aliases'] },
        name: 'pump-2',
        topicAliases: { '<name>/y': '$devices/{id}/state/' },
      },
      operation: ['UpdateDeviceMetadata', 'Device'],
      answer: { name: 'pump-2', topicAliases: { '<name>/y': '$devices/<device>/state/' } },
    },
    // Of a device all passwords are deleted, then added, the same one again.
    { method: ofDevices.listPasswords, request: { deviceId }, answer: { passwords: [expect.anything()] } },
    {
      method: ofDevices.deletePassword,
      request: { deviceId, passwordId: '<devicePassword>' },
      operation: ['DeleteDevicePasswordMetadata', empty],
    },
    {
      method: ofDevices.addPassword,
      request: { deviceId, password: '0123456789_abcd' },
      operation: ['AddDevicePasswordMetadata', 'DevicePassword'],
    },
    { method: ofDevices.get, request: { deviceId }, answer: { name: 'pump-2' } },
    {
      method: brokers.update,
      request: { brokerId, updateMask: { paths: ['name'] }, name: '<name>-2' },
      operation: ['UpdateBrokerMetadata', 'Broker'],
      answer: { name: '<name>-2', labels: { empty: '' }, logOptions },
    },
    { method: brokers.get, request: { brokerId }, answer: { name: '<name>-2' } },
  ],
};

/** A resource leaves the state on NOT_FOUND alone; any other code fails the plan. */
const gone = (method: Step['method'], request: object): Step => ({
  method,
  request,
  refused: status.NOT_FOUND,
});

const destroys: Command = {
  title: 'terraform destroy',
  steps: [
    { method: registries.delete, request: { registryId }, refused: status.FAILED_PRECONDITION },
    { method: ofDevices.delete, request: { deviceId }, operation: ['DeleteDeviceMetadata', empty] },
    { method: registries.delete, request: { registryId }, operation: ['DeleteRegistryMetadata', empty] },
    { method: brokers.delete, request: { brokerId }, operation: ['DeleteBrokerMetadata', empty] },
    gone(registries.get, { registryId }),
    gone(ofDevices.get, { deviceId }),
    gone(brokers.get, { brokerId }),
    gone(registries.delete, { registryId }),
  ],
};

const provider = {
  userAgent: 'Terraform/1.9.8 (https://www.terraform.io) terraform-provider-yandex/0.222.0',
  isTraced: true,
  keyOf: 'a call',
} as const;

export const terraform: readonly ClientScript[] = [
  {
    ...provider,
    name: 'Terraform with a token of the form t1',
    hasToken: true,
    commands: [{ title: 'start', steps: starts }, applies, reads, changes, destroys],
  },
  {
    ...provider,
    name: 'Terraform with another token',
    commands: [
      { title: 'start', steps: [...starts, exchangesForeignToken, exchangesOauthToken] },
      applies,
      destroys,
    ],
  },
  {
    ...provider,
    name: 'Terraform with a key file',
    audience: 'list',
    commands: [{ title: 'start', steps: [...starts, exchangesKey, exchangesKey] }, applies, destroys],
  },
];
