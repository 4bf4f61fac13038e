import { operations } from '@iotcore/control';
import { serviceFiles } from '@iotcore/proto';
import { expect, test } from 'vitest';
import { fullName } from './method.ts';
import { operationNames } from './method-names.ts';
import { allMethods } from './methods.ts';
import { endpointMethods } from './services/endpoints.ts';
import { healthMethods } from './services/health.ts';
import { reflectionMethods } from './services/reflection.ts';
import { unimplemented, unservedMethods } from './unimplemented.ts';

const described = serviceFiles.flatMap(({ services }) => services.flatMap(({ methods }) => methods));
const own = [
  ...endpointMethods(undefined),
  ...healthMethods(async () => true, new Set()),
  ...reflectionMethods(),
];
const served = allMethods(own);

test('every method of the .proto files is served, or left out on purpose', () => {
  const all = described.map(fullName);
  expect([...served.keys(), ...unservedMethods].sort()).toEqual([...all].sort());
});

test('every operation that a method names is there, and every method is in the .proto files', () => {
  const names = new Set(operations.map(({ name }) => name));
  expect([...operationNames.values()].filter((name) => !names.has(name))).toEqual([]);
  const methods = new Set(described.map(fullName));
  expect([...operationNames.keys()].filter((name) => !methods.has(name))).toEqual([]);
});

test('only health and reflection stream', () => {
  const streaming = described.filter(({ methodKind }) => methodKind !== 'unary').map(fullName);
  expect(streaming).toEqual([
    'grpc.health.v1.Health/Watch',
    'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  ]);
});

test.each([
  ['yandex.cloud.iam.v1.KeyService/Create', '/ext/v1/serviceAccounts/{id}/authorizedKeys'],
  ['yandex.cloud.iam.v1.ApiKeyService/List', '/ext/v1/serviceAccounts/{id}/apiKeys'],
  ['yandex.cloud.iam.v1.ServiceAccountService/Create', 'POST /ext/v1/serviceAccounts'],
  ['yandex.cloud.iam.v1.IamTokenService/Revoke', 'delete the key'],
  ['yandex.cloud.resourcemanager.v1.FolderService/Create', 'folders need no creation'],
  ['yandex.cloud.resourcemanager.v1.CloudService/Update', 'one cloud'],
  ['yandex.cloud.compute.v1.InstanceService/List', 'server reflection lists'],
  ['', 'A method without a name'],
])('a call of %j is told what to do', (name, words) => {
  const { status, message } = unimplemented(name);
  expect(status).toBe('UNIMPLEMENTED');
  expect(message).toContain(words);
  expect(message).toContain(name);
});
