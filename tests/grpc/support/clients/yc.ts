/**
 * yc: each command is a process, which finds the services, exchanges what it has and makes its calls, all with one key. It is closed:
 * how it finds a resource by its name, and which pages it asks for, is inferred.
 */
import { status } from '@grpc/grpc-js';
import { clouds, folders, operations, registryData } from '@iotcore/proto';
import { expect } from 'vitest';
import { discovers, exchangesKey, exchangesOauthToken } from './first-steps.ts';
import { brokerId, brokers, deviceId, empty, ofDevices, registries, registryId } from './names.ts';
import type { ClientScript, Step } from './script.ts';

/** What a command calls once it may. A name is tried as an ID first. */
const commands: Readonly<Record<string, readonly Step[]>> = {
  'yc iot registry create --name … --password': [
    {
      method: registries.create,
      request: {
        folderId: '<folder>',
        name: '<name>',
        labels: { site: 'north' },
        password: '0123456789_abcd',
      },
      operation: ['CreateRegistryMetadata', 'Registry'],
      answer: { name: '<name>', status: 2 },
      notes: { registry: 'registryId' },
      // After a lost answer, five times at most.
      repeated: true,
    },
  ],
  'yc init': [
    {
      method: clouds.CloudService.method.list,
      request: { pageSize: 1000n },
      answer: { clouds: [{ id: 'iotcore' }], nextPageToken: '' },
    },
    {
      method: folders.FolderService.method.list,
      request: { cloudId: 'iotcore', pageSize: 1000n },
      answer: { folders: expect.arrayContaining([expect.objectContaining({ id: '<folder>' })]) },
    },
  ],
  'yc resource-manager cloud get, and folder get': [
    { method: clouds.CloudService.method.get, request: { cloudId: 'iotcore' }, answer: { id: 'iotcore' } },
    // Any ID is a folder's: it needs no creation.
    {
      method: folders.FolderService.method.get,
      request: { folderId: '<folder>-empty' },
      answer: { id: '<folder>-empty', name: '<folder>-empty', cloudId: 'iotcore', status: 1 },
    },
  ],
  'yc iot registry create, of a name that is taken': [
    {
      method: registries.create,
      request: { folderId: '<folder>', name: '<name>' },
      refused: status.ALREADY_EXISTS,
    },
  ],
  'yc iot registry get NAME': [
    { method: registries.get, request: { registryId: '<name>' }, refused: status.NOT_FOUND },
    {
      method: registries.getByName,
      request: { folderId: '<folder>', registryName: '<name>' },
      answer: { id: registryId, name: '<name>', labels: { site: 'north' } },
    },
  ],
  'yc iot registry list --folder-name': [
    {
      method: folders.FolderService.method.list,
      request: { cloudId: 'iotcore', pageSize: 1000n, filter: 'name = "<folder>"' },
      answer: { folders: [{ id: '<folder>', name: '<folder>', cloudId: 'iotcore', status: 1 }] },
    },
    {
      method: registries.list,
      request: { folderId: '<folder>', pageSize: 1000n },
      answer: { registries: [{ id: registryId }], nextPageToken: '' },
    },
  ],
  'yc iot registry update --new-name': [
    {
      method: registries.update,
      request: { registryId, updateMask: { paths: ['name'] }, name: '<name>-2' },
      operation: ['UpdateRegistryMetadata', 'Registry'],
      answer: { name: '<name>-2', labels: { site: 'north' } },
    },
  ],
  'yc iot registry add-labels': [
    { method: registries.get, request: { registryId }, answer: { labels: { site: 'north' } } },
    {
      method: registries.update,
      request: { registryId, updateMask: { paths: ['labels'] }, labels: { site: 'north', row: '2' } },
      operation: ['UpdateRegistryMetadata', 'Registry'],
      answer: { name: '<name>-2', labels: { site: 'north', row: '2' } },
    },
  ],
  'yc iot registry update --min-log-level': [
    {
      method: registries.update,
      request: {
        registryId,
        updateMask: { paths: ['log_options.min_level'] },
        logOptions: { minLevel: 5 },
      },
      operation: ['UpdateRegistryMetadata', 'Registry'],
      answer: { logOptions: { minLevel: 5 } },
    },
  ],
  'yc iot registry certificate add': [
    {
      method: registries.addCertificate,
      request: { registryId, certificateData: '<certificate>' },
      operation: ['AddRegistryCertificateMetadata', 'RegistryCertificate'],
      answer: { registryId, certificateData: '<certificate>' },
      notes: { fingerprint: 'fingerprint' },
      repeated: true,
    },
  ],
  'yc iot registry certificate delete': [
    {
      method: registries.deleteCertificate,
      request: { registryId, fingerprint: '<fingerprint>' },
      operation: ['DeleteRegistryCertificateMetadata', empty],
    },
  ],
  'yc iot registry password list': [
    {
      method: registries.listPasswords,
      request: { registryId },
      answer: { passwords: [{ registryId }] },
    },
  ],
  'yc iot registry disable': [
    {
      method: registries.disable,
      request: { registryId },
      operation: ['DisableRegistryMetadata', 'Registry'],
      answer: { status: 4 },
    },
  ],
  'yc iot registry enable': [
    {
      method: registries.enable,
      request: { registryId },
      operation: ['EnableRegistryMetadata', 'Registry'],
      answer: { status: 2 },
    },
  ],
  'yc iot device create --topic-aliases': [
    {
      method: ofDevices.create,
      request: { registryId, name: 'pump', topicAliases: { '<name>/x': '$devices/{id}/events' } },
      operation: ['CreateDeviceMetadata', 'Device'],
      notes: { device: 'deviceId' },
    },
  ],
  'yc iot device get NAME': [
    { method: ofDevices.get, request: { deviceId: 'pump' }, refused: status.NOT_FOUND },
    {
      method: ofDevices.getByName,
      request: { registryId, deviceName: 'pump' },
      answer: { id: deviceId, topicAliases: { '<name>/x': '$devices/<device>/events' } },
    },
  ],
  'yc iot device list': [
    {
      method: ofDevices.list,
      request: { id: { case: 'registryId', value: registryId }, pageSize: 1000n },
      answer: { devices: [{ id: deviceId, name: 'pump' }] },
    },
  ],
  'yc iot registry list-device-topic-aliases': [
    {
      method: registries.listDeviceTopicAliases,
      request: { registryId, pageSize: 1000n },
      answer: { aliases: [{ deviceId, alias: '<name>/x' }] },
    },
  ],
  'yc iot mqtt publish': [
    {
      method: registryData.RegistryDataService.method.publish,
      request: { registryId, topic: '$registries/<registry>/commands', data: Buffer.from('hello') },
    },
  ],
  'yc iot broker create': [
    {
      method: brokers.create,
      request: { folderId: '<folder>', name: '<name>' },
      operation: ['CreateBrokerMetadata', 'Broker'],
      notes: { broker: 'brokerId' },
      repeated: true,
    },
  ],
  'yc iot broker get NAME': [
    { method: brokers.get, request: { brokerId: '<name>' }, refused: status.NOT_FOUND },
    {
      method: brokers.list,
      request: { folderId: '<folder>', pageSize: 1000n },
      finds: { list: 'brokers', name: '<name>', as: 'found', pages: 1 },
    },
    { method: brokers.get, request: { brokerId: '<found>' }, answer: { id: brokerId } },
  ],
  'yc iot registry list-operations': [
    {
      method: registries.listOperations,
      request: { registryId, pageSize: 1000n },
      answer: { operations: expect.arrayContaining([expect.objectContaining({ done: true })]) },
    },
  ],
  'yc iot device delete --async': [
    {
      method: ofDevices.delete,
      request: { deviceId },
      operation: ['DeleteDeviceMetadata', empty],
      notes: { operation: 'operationId' },
    },
  ],
  'yc operation get': [
    {
      method: operations.OperationService.method.get,
      request: { operationId: '<operation>' },
      answer: { id: '<operation>', done: true, description: 'Delete device' },
    },
    { method: ofDevices.get, request: { deviceId }, refused: status.NOT_FOUND },
  ],
  'yc iot broker delete': [
    { method: brokers.delete, request: { brokerId }, operation: ['DeleteBrokerMetadata', empty] },
    { method: brokers.get, request: { brokerId }, refused: status.NOT_FOUND },
  ],
  'yc iot registry delete': [
    { method: registries.delete, request: { registryId }, operation: ['DeleteRegistryMetadata', empty] },
    { method: registries.get, request: { registryId }, refused: status.NOT_FOUND },
  ],
};

const finds = discovers(100n, [
  'iam',
  'resource-manager',
  'iot-devices',
  'iot-broker',
  'iot-data',
  'operation',
]);
/** What it is given is exchanged before each command; with one of its kinds a few commands show that. */
const few = [
  'yc iot registry create --name … --password',
  'yc iot registry get NAME',
  'yc iot registry delete',
];
const after = (exchanges: Step) =>
  Object.entries(commands).map(([title, calls]) => ({ title, steps: [finds, exchanges, ...calls] }));
const program = { userAgent: 'yc/0.145.0', isTraced: true, keyOf: 'a command' } as const;

export const yc: readonly ClientScript[] = [
  { ...program, name: 'yc with a token', commands: after(exchangesOauthToken) },
  {
    ...program,
    name: 'yc with a key file',
    audience: 'list',
    commands: after(exchangesKey).filter(({ title }) => few.includes(title)),
  },
];
