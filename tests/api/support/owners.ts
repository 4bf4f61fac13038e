import type { ApiClient } from '@iotcore/testkit';
import { newFolder } from './folders.ts';

/** What has credentials, operations and a log: one of each kind, new, with its path. */
export interface NewOwner {
  readonly id: string;
  readonly idField: string;
  readonly noun: string;
  readonly folderId: string;
  readonly path: string;
  readonly extensionPath: string;
  readonly protoPackage: string;
}

const devicesPackage = 'yandex.cloud.iot.devices.v1';

export const kinds: readonly (readonly [string, (api: ApiClient, folderId?: string) => Promise<NewOwner>])[] =
  [
    [
      'registry',
      async (api, folderId = newFolder()) => {
        const { id } = await api.createRegistry({ folderId });
        return owner('Registry', id, folderId, '/iot-devices/v1/registries', devicesPackage);
      },
    ],
    [
      'device',
      async (api, folderId = newFolder()) => {
        const registry = await api.createRegistry({ folderId });
        const { id } = await api.createDevice(registry.id);
        return owner('Device', id, folderId, '/iot-devices/v1/devices', devicesPackage);
      },
    ],
    [
      'broker',
      async (api, folderId = newFolder()) => {
        const { response } = await api.must('POST', '/iot-broker/v1/brokers', { folderId });
        return owner('Broker', response.id, folderId, '/iot-broker/v1/brokers', 'yandex.cloud.iot.broker.v1');
      },
    ],
  ];

function owner(
  noun: string,
  id: string,
  folderId: string,
  collection: string,
  protoPackage: string,
): NewOwner {
  const idField = `${noun.toLowerCase()}Id`;
  const extensionPath = `/ext/v1/${collection.split('/').at(-1)}/${id}`;
  return { id, idField, noun, folderId, path: `${collection}/${id}`, extensionPath, protoPackage };
}

/** The calls about one of them: methods, the rest of their paths, bodies. */
export const callsAbout = [
  ['GET', '', undefined],
  ['PATCH', '', {}],
  ['DELETE', '', undefined],
  ['GET', '/certificates', undefined],
  ['DELETE', `/certificates/${'0'.repeat(40)}`, undefined],
  ['GET', '/passwords', undefined],
  ['POST', '/passwords', { password: 'Correct-Horse-7-Battery' }],
  ['DELETE', '/passwords/are00000000000000000', undefined],
  ['GET', '/operations', undefined],
  ['POST', '/publish', { topic: 't' }],
] as const;
