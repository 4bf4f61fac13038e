/** The SDKs: what each does before the calls of a program, and around them. */
import { broker, devices } from '@iotcore/proto';
import { discovers, exchangesKey } from './first-steps.ts';
import { deletesThem, livesBroker, makesRegistryAndDevice, usesThem } from './life.ts';
import type { ClientScript, Step } from './script.ts';

/** go finds a name by the list of all, a hundred at a time, to its end. */
const findsByName: readonly Step[] = [
  {
    method: devices.RegistryService.method.list,
    request: { folderId: '<manyFolder>', pageSize: 100n },
    finds: { list: 'registries', name: '<manyName>', as: 'foundRegistry', pages: 2 },
  },
  {
    method: devices.RegistryService.method.get,
    request: { registryId: '<foundRegistry>' },
    answer: { name: '<manyName>', folderId: '<manyFolder>' },
  },
  {
    method: broker.BrokerService.method.list,
    request: { folderId: '<manyFolder>', pageSize: 100n },
    finds: { list: 'brokers', name: '<manyName>', as: 'foundOfMany', pages: 2 },
  },
];

const program = [
  { title: 'a registry and a device', steps: [...makesRegistryAndDevice, ...usesThem] },
  { title: 'a broker', steps: livesBroker },
  { title: 'the end', steps: deletesThem },
];

const goEndpoints = ['iam', 'resource-manager', 'iot-devices', 'iot-broker', 'iot-data', 'operation'];

/** Version 2 asks for no page size, and looks for names of its own. */
const go: readonly ClientScript[] = [
  {
    name: 'go-sdk 2',
    userAgent: 'yandex-cloud-go-sdk/2 grpc-go/1.70.0',
    isTraced: true,
    audience: 'list',
    commands: [
      {
        title: 'Build',
        steps: [discovers(0n, ['iam', 'iotbroker', 'broker-data', 'operation']), exchangesKey],
      },
      { title: 'names', steps: findsByName },
      ...program,
    ],
  },
  {
    name: 'go-sdk 0.33',
    userAgent: 'yandex-cloud-go-sdk/0.33 grpc-go/1.70.0',
    isTraced: true,
    keyOf: 'a call',
    audience: 'list',
    commands: [
      { title: 'Build', steps: [discovers(100n, goEndpoints), exchangesKey] },
      { title: 'names', steps: findsByName },
      ...program,
    ],
  },
];

/** Every 20 s it exchanges its key anew: here before every few calls. It knows no brokers. */
const python: ClientScript = {
  name: 'python-sdk',
  userAgent: 'yandex-cloud-python-sdk/0.330.0 grpc-python/1.68.0',
  audience: 'this server',
  attachesToken: true,
  alwaysPolls: true,
  commands: [
    { title: 'the first call', steps: [discovers(0n, ['iam', 'iot-devices', 'operation'])] },
    { title: 'a registry and a device', steps: [exchangesKey, ...makesRegistryAndDevice] },
    { title: 'their use, 20 s later', steps: [exchangesKey, ...usesThem] },
    { title: 'their end, 20 s later', steps: [exchangesKey, ...deletesThem] },
  ],
};

const java: ClientScript = {
  name: 'java-sdk',
  userAgent: 'yandex-cloud-java-sdk grpc-java-netty/1.62.2',
  isTraced: true,
  audience: 'list',
  commands: [
    {
      title: 'the first call',
      steps: [discovers(0n, ['iam', 'iot-devices', 'iot-broker', 'iot-data', 'operation'])],
    },
    { title: 'the credentials', steps: [exchangesKey] },
    ...program,
  ],
};

/** It looks for no services; its `headers` are sent with every call. `npm run test:sdk-yandex` runs the SDK itself. */
const node: ClientScript = {
  name: 'nodejs-sdk',
  userAgent: 'yandex-cloud-nodejs-sdk grpc-node-js/1.14.7',
  keyOf: 'the session',
  audience: 'text',
  attachesToken: true,
  alwaysPolls: true,
  commands: [{ title: 'the session', steps: [exchangesKey] }, ...program],
};

export const sdks: readonly ClientScript[] = [...go, python, java, node];
