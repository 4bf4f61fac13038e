/** The life of a registry and a device, and of a broker, as programs over an SDK have it: a call for each thing that can be done. */
import { status } from '@grpc/grpc-js';
import { brokerData, deviceData, registryData } from '@iotcore/proto';
import { brokerId, brokers, deviceId, empty, ofDevices, registries, registryId } from './names.ts';
import type { Step } from './script.ts';

const data = Buffer.from('hello');
const logOptions = { destination: { case: 'logGroupId', value: '' } };

export const makesRegistryAndDevice: readonly Step[] = [
  {
    method: registries.create,
    request: {
      folderId: '<folder>',
      name: '<name>',
      labels: { empty: '' },
      certificates: [{ certificateData: '<oldCertificate>' }],
      password: '0123456789_abcd',
      logOptions,
    },
    operation: ['CreateRegistryMetadata', 'Registry'],
    answer: { name: '<name>' },
    notes: { registry: 'registryId' },
  },
  { method: registries.get, request: { registryId }, answer: { labels: { empty: '' }, logOptions } },
  {
    method: registries.listCertificates,
    request: { registryId },
    answer: { certificates: [{ certificateData: '<oldCertificate>' }] },
  },
  {
    method: ofDevices.create,
    request: { registryId, name: 'pump', topicAliases: { '<name>/x': '$devices/{id}/events' } },
    operation: ['CreateDeviceMetadata', 'Device'],
    notes: { device: 'deviceId' },
  },
  {
    method: ofDevices.list,
    request: { id: { case: 'folderId', value: '<folder>' }, pageSize: 100n },
    finds: { list: 'devices', name: 'pump', as: 'foundDevice', pages: 1 },
  },
];

export const usesThem: readonly Step[] = [
  {
    method: ofDevices.update,
    request: {
      deviceId: '<foundDevice>',
      updateMask: { paths: ['name', 'topic_aliases'] },
      name: 'pump-2',
      topicAliases: { '<name>/y': '$devices/<device>/events' },
    },
    operation: ['UpdateDeviceMetadata', 'Device'],
  },
  {
    method: ofDevices.get,
    request: { deviceId },
    answer: { name: 'pump-2', topicAliases: { '<name>/y': '$devices/<device>/events' } },
  },
  {
    method: registries.addPassword,
    request: { registryId, password: '0123456789_updated' },
    operation: ['AddRegistryPasswordMetadata', 'RegistryPassword'],
    notes: { password: 'passwordId' },
  },
  { method: registries.listPasswords, request: { registryId }, answer: { passwords: [{}, {}] } },
  {
    method: registries.deletePassword,
    request: { registryId, passwordId: '<password>' },
    operation: ['DeleteRegistryPasswordMetadata', empty],
  },
  {
    method: registryData.RegistryDataService.method.publish,
    request: { registryId, topic: '$registries/<registry>/commands', data },
  },
  {
    method: deviceData.DeviceDataService.method.publish,
    request: { deviceId, topic: '$devices/<device>/events', data },
  },
];

export const deletesThem: readonly Step[] = [
  { method: registries.delete, request: { registryId }, refused: status.FAILED_PRECONDITION },
  { method: ofDevices.delete, request: { deviceId }, operation: ['DeleteDeviceMetadata', empty] },
  { method: registries.delete, request: { registryId }, operation: ['DeleteRegistryMetadata', empty] },
  { method: registries.get, request: { registryId }, refused: status.NOT_FOUND },
];

export const livesBroker: readonly Step[] = [
  {
    method: brokers.create,
    request: { folderId: '<folder>', name: '<name>' },
    operation: ['CreateBrokerMetadata', 'Broker'],
    notes: { broker: 'brokerId' },
  },
  {
    method: brokers.list,
    request: { folderId: '<folder>', pageSize: 100n },
    finds: { list: 'brokers', name: '<name>', as: 'foundBroker', pages: 1 },
  },
  {
    method: brokers.update,
    request: { brokerId: '<foundBroker>', updateMask: { paths: ['description'] }, description: 'Hall' },
    operation: ['UpdateBrokerMetadata', 'Broker'],
    answer: { name: '<name>', description: 'Hall' },
  },
  {
    method: brokerData.BrokerDataService.method.publish,
    request: { brokerId, topic: 'hall/events', data },
  },
  { method: brokers.delete, request: { brokerId }, operation: ['DeleteBrokerMetadata', empty] },
  { method: brokers.get, request: { brokerId }, refused: status.NOT_FOUND },
];
