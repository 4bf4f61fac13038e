/** A request that succeeds for every operation that openapi.yaml documents, and the role that it takes. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createId } from '@iotcore/model';
import { type ApiClient, makeCertificate, repositoryRoot } from '@iotcore/testkit';
import { parse } from 'yaml';
import { newFolder } from './folders.ts';

/** What a request may need to be about; made anew for each. */
export interface Fixture {
  readonly api: ApiClient;
  readonly folderId: string;
  readonly registryId: string;
  readonly emptyRegistryId: string;
  readonly deviceId: string;
  readonly brokerId: string;
  readonly serviceAccountId: string;
}

export interface Request {
  /** Added to the path as the document has it, or in place of its parameters. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Row {
  /** The role that permits it, and one that does not quite. `none`: no role does not quite, a stranger is refused. */
  readonly needs: 'viewer' | 'editor' | 'admin' | 'nobody';
  /** Where that role is needed, if not in the folder of the fixture; `anywhere`: who has it nowhere sees nothing, and is not refused. */
  readonly where?: 'every folder' | 'anywhere';
  request(fixture: Fixture): Request | Promise<Request>;
}

const password = 'Correct-Horse-7-Battery';
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const owners = {
  Registry: { field: 'registryId', path: '/iot-devices/v1/registries' },
  Device: { field: 'deviceId', path: '/iot-devices/v1/devices' },
  Broker: { field: 'brokerId', path: '/iot-broker/v1/brokers' },
} as const;

export const rows: Record<string, Row> = {
  listRegistries: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  getRegistryByName: {
    needs: 'viewer',
    request: ({ folderId }) => ({ query: { folderId, registryName: 'named' } }),
  },
  createRegistry: { needs: 'editor', request: ({ folderId }) => ({ body: { folderId, name: 'fresh' } }) },
  enableRegistry: { needs: 'editor', request: ({ registryId }) => ({ path: { registryId } }) },
  disableRegistry: { needs: 'editor', request: ({ registryId }) => ({ path: { registryId } }) },
  listDeviceTopicAliases: { needs: 'viewer', request: ({ registryId }) => ({ path: { registryId } }) },
  listDevices: { needs: 'viewer', request: ({ registryId }) => ({ query: { registryId } }) },
  findDevices: {
    needs: 'viewer',
    request: ({ registryId }) => ({ query: { registryId, presence: 'NEVER_SEEN' } }),
  },
  getDeviceByName: {
    needs: 'viewer',
    request: ({ registryId }) => ({ query: { registryId, deviceName: 'named' } }),
  },
  createDevice: { needs: 'editor', request: ({ registryId }) => ({ body: { registryId, name: 'fresh' } }) },
  listBrokers: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  getBrokerByName: {
    needs: 'viewer',
    request: ({ folderId }) => ({ query: { folderId, brokerName: 'named' } }),
  },
  createBroker: { needs: 'editor', request: ({ folderId }) => ({ body: { folderId, name: 'fresh' } }) },
  ...ownerRows('Registry'),
  ...ownerRows('Device'),
  ...ownerRows('Broker'),
  deleteRegistry: {
    needs: 'editor',
    request: ({ emptyRegistryId }) => ({ path: { registryId: emptyRegistryId } }),
  },
  listFolders: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  listFolderCounts: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  listRegistryCounts: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  searchResources: { needs: 'viewer', where: 'anywhere', request: () => ({ query: { query: 'named' } }) },
  listNodes: { needs: 'viewer', where: 'every folder', request: () => ({}) },
  getInstallation: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  readMetrics: {
    needs: 'viewer',
    request: ({ registryId }) => ({ query: { scope: 'REGISTRY', id: registryId } }),
  },
  findCertificates: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  summarizeLogs: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  getOperation: { needs: 'viewer', request: anOperation },
  cancelOperation: { needs: 'editor', request: anOperation },
  renewAccessToken: {
    needs: 'viewer',
    where: 'anywhere',
    request: () => ({ body: { expiresAt: new Date(Date.now() + 86_400_000).toISOString() } }),
  },
  issueSignInCode: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  getSignInCode: { needs: 'nobody', request: () => ({ body: { code: 'x' } }) },
  openBrowserSession: { needs: 'nobody', request: () => ({ body: { code: 'x' } }) },
  getBrowserSession: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  deleteBrowserSession: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  listBrowserSessions: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  deleteBrowserSessions: { needs: 'viewer', where: 'anywhere', request: () => ({}) },
  createIamToken: { needs: 'nobody', request: () => ({ body: { jwt: 'x' } }) },
  listServiceAccounts: { needs: 'admin', request: ({ folderId }) => ({ query: { folderId } }) },
  createServiceAccount: {
    needs: 'admin',
    request: ({ folderId }) => ({ body: { folderId, name: 'fresh' } }),
  },
  getServiceAccount: ofAccount(),
  deleteServiceAccount: ofAccount(),
  listAuthorizedKeys: ofAccount(),
  createAuthorizedKey: ofAccount({ publicKey: publicPem }),
  deleteAuthorizedKey: keyOfAccount('authorizedKeys', 'authorizedKeyId', { publicKey: publicPem }),
  listApiKeys: ofAccount(),
  createApiKey: ofAccount({}),
  deleteApiKey: keyOfAccount('apiKeys', 'apiKeyId', {}),
  listRoleBindings: ofAccount(),
  createRoleBinding: {
    needs: 'admin',
    request: ({ serviceAccountId, folderId }) => ({
      path: { serviceAccountId },
      body: { folderId, role: 'editor' },
    }),
  },
  deleteRoleBinding: keyOfAccount('roleBindings', 'roleBindingId', { role: 'viewer' }),
  importResources: {
    needs: 'admin',
    request: ({ folderId }) => ({ body: { registries: [{ id: createId(), folderId }] } }),
  },
  exportRegistry: { needs: 'viewer', request: ({ registryId }) => ({ path: { registryId } }) },
  ...adoptionRows('Registry', 'registries'),
  ...adoptionRows('Broker', 'brokers'),
  getMigrationStatus: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  listMigrationDevices: { needs: 'viewer', request: ({ registryId }) => ({ path: { registryId } }) },
  ...exportRows(),
  listAuditEvents: { needs: 'admin', request: ({ folderId }) => ({ query: { folderId } }) },
  listDisabledResources: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
  ...retainedRows('Registry'),
  ...retainedRows('Device'),
  ...disablingRows('Device'),
  ...disablingRows('Broker'),
  listNetworkBlocks: { needs: 'admin', where: 'every folder', request: () => ({}) },
  createNetworkBlock: {
    needs: 'admin',
    where: 'every folder',
    request: () => ({ body: { network: '203.0.113.0/24', endsAt: '2999-01-01T00:00:00Z' } }),
  },
  deleteNetworkBlock: {
    needs: 'admin',
    where: 'every folder',
    request: async ({ api }) => {
      const body = { network: '203.0.113.0/24', endsAt: '2999-01-01T00:00:00Z' };
      const { response } = await api.must('POST', '/ext/v1/networkBlocks', body);
      return { path: { networkBlockId: response.id } };
    },
  },
  listRefusedClients: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
};

function disablingRows(noun: 'Device' | 'Broker'): Record<string, Row> {
  const { field } = owners[noun];
  const at = (fixture: Fixture) => ({ [field]: fixture[field] });
  const path = `/ext/v1/${noun.toLowerCase()}s`;
  return {
    [`disable${noun}`]: {
      needs: 'editor',
      request: (fixture) => ({ path: at(fixture), body: { note: 'lost' } }),
    },
    [`enable${noun}`]: {
      needs: 'editor',
      request: async (fixture) => {
        await fixture.api.must('POST', `${path}/${fixture[field]}:disable`, {});
        return { path: at(fixture) };
      },
    },
  };
}

/** A permanent topic with a message, once it is stored. */
function retainedRows(noun: 'Registry' | 'Device'): Record<string, Row> {
  const { field, path } = owners[noun];
  const prefix = noun === 'Registry' ? '$registries' : '$devices';
  const at = (fixture: Fixture) => ({ [field]: fixture[field] });
  const stored = async (fixture: Fixture) => {
    const topic = `${prefix}/${fixture[field]}/${noun === 'Registry' ? 'config' : 'state'}`;
    await fixture.api.must('POST', `${path}/${fixture[field]}/publish`, { topic, data: 'eA==' });
    return { path: at(fixture), query: { topic } };
  };
  return {
    [`list${noun}RetainedTopics`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`get${noun}RetainedMessage`]: { needs: 'viewer', request: stored },
    [`clear${noun}RetainedMessage`]: { needs: 'editor', request: stored },
  };
}

function exportRows(): Record<string, Row> {
  const source = ({ registryId }: Fixture) => ({ source: { registryId }, target: { pull: {} } });
  const create = async (fixture: Fixture, target: object = { pull: {} }) =>
    (await fixture.api.must('POST', '/ext/v1/exports', { ...source(fixture), target })).response.id;
  const of = (needs: Row['needs'], body?: unknown, more: Readonly<Record<string, string>> = {}): Row => ({
    needs,
    request: async (fixture) => ({
      path: { exportId: await create(fixture), ...more },
      ...(body !== undefined && { body }),
    }),
  });
  const stream = { database: '/ru-central1/cloud/database', stream: 'telemetry' };
  const addStream = async ({ api, registryId }: Fixture) =>
    api.must('POST', `/ext/v1/registries/${registryId}/dataStreamExports`, stream);
  return {
    listDataStreamExports: { needs: 'viewer', request: ({ registryId }) => ({ path: { registryId } }) },
    addDataStreamExport: {
      needs: 'admin',
      request: ({ registryId }) => ({ path: { registryId }, body: stream }),
    },
    deleteDataStreamExport: {
      needs: 'admin',
      request: async (fixture) => ({
        path: {
          registryId: fixture.registryId,
          dataStreamExportId: (await addStream(fixture)).response.id,
        },
      }),
    },
    getExport: of('viewer'),
    listExports: { needs: 'viewer', request: ({ folderId }) => ({ query: { folderId } }) },
    createExport: { needs: 'admin', request: (fixture) => ({ body: source(fixture) }) },
    updateExport: of('admin', { updateMask: 'description', description: 'other' }),
    deleteExport: of('admin'),
    pauseExport: of('editor'),
    resumeExport: of('editor'),
    testExport: of('editor'),
    replayExport: of('editor', { position: '0' }),
    skipExport: of('editor', { position: '0' }),
    rotateExportSecret: of('admin'),
    listExportDeadLetters: of('editor'),
    redeliverExportDeadLetters: of('editor', { all: true }),
    deleteExportDeadLetter: of('editor', undefined, {
      deadLetterId: '0192f0c1-a2b3-7def-8123-456789abcdef',
    }),
    listExportAttempts: of('editor'),
    listExportMessages: of('editor'),
    acknowledgeExport: of('editor', { position: '0' }),
  };
}

/** The rows of what registries, devices and brokers all have. */
function ownerRows(noun: keyof typeof owners): Record<string, Row> {
  const { field, path } = owners[noun];
  const at = (fixture: Fixture) => ({ [field]: fixture[field] });
  const added = async (fixture: Fixture, kind: string, body: unknown) =>
    (await fixture.api.must('POST', `${path}/${fixture[field]}/${kind}`, body)).response;
  const certificate = async () => ({ certificateData: (await makeCertificate()).certPem });
  const topics = { Registry: '$registries/{id}/commands', Device: '$devices/{id}/events', Broker: 'a/b' };
  return {
    [`get${noun}`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`update${noun}`]: {
      needs: 'editor',
      request: (fixture) => ({ path: at(fixture), body: { name: 'other' } }),
    },
    [`delete${noun}`]: { needs: 'editor', request: (fixture) => ({ path: at(fixture) }) },
    [`watch${noun}Messages`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`watch${noun}Logs`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`list${noun}Sessions`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`disconnect${noun}`]: { needs: 'editor', request: (fixture) => ({ path: at(fixture) }) },
    [`list${noun}Certificates`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`add${noun}Certificate`]: {
      needs: 'editor',
      request: async (fixture) => ({ path: at(fixture), body: await certificate() }),
    },
    [`delete${noun}Certificate`]: {
      needs: 'editor',
      request: async (fixture) => {
        const { fingerprint } = await added(fixture, 'certificates', await certificate());
        return { path: { ...at(fixture), fingerprint } };
      },
    },
    [`list${noun}Passwords`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`add${noun}Password`]: {
      needs: 'editor',
      request: (fixture) => ({ path: at(fixture), body: { password } }),
    },
    [`delete${noun}Password`]: {
      needs: 'editor',
      request: async (fixture) => {
        const { id } = await added(fixture, 'passwords', { password });
        return { path: { ...at(fixture), passwordId: id } };
      },
    },
    [`list${noun}Operations`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`list${noun}LogEntries`]: { needs: 'viewer', request: (fixture) => ({ path: at(fixture) }) },
    [`publish${noun}Data`]: {
      needs: 'editor',
      request: (fixture) => ({
        path: at(fixture),
        body: { topic: topics[noun].replace('{id}', fixture[field]) },
      }),
    },
  };
}

function adoptionRows(noun: 'Registry' | 'Broker', collection: string): Record<string, Row> {
  const { field } = owners[noun];
  const body = () => ({ endsAt: new Date(Date.now() + 3_600_000).toISOString() });
  const switchedOn = async (fixture: Fixture) => {
    await fixture.api.must('PUT', `/ext/v1/${collection}/${fixture[field]}/passwordAdoption`, body());
    return { path: { [field]: fixture[field] } };
  };
  return {
    [`get${noun}PasswordAdoption`]: { needs: 'admin', request: switchedOn },
    [`set${noun}PasswordAdoption`]: {
      needs: 'admin',
      request: (fixture) => ({ path: { [field]: fixture[field] }, body: body() }),
    },
    [`delete${noun}PasswordAdoption`]: { needs: 'admin', request: switchedOn },
  };
}

async function anOperation({ api, registryId }: Fixture): Promise<Request> {
  const { operations } = await api.must('GET', `/iot-devices/v1/registries/${registryId}/operations`);
  return { path: { operationId: operations[0].id } };
}

function ofAccount(body?: unknown): Row {
  return { needs: 'admin', request: ({ serviceAccountId }) => ({ path: { serviceAccountId }, body }) };
}

function keyOfAccount(kind: string, field: string, body: object): Row {
  return {
    needs: 'admin',
    async request({ api, serviceAccountId, folderId }) {
      const content = kind === 'roleBindings' ? { folderId, ...body } : body;
      const made = await api.must('POST', `/ext/v1/serviceAccounts/${serviceAccountId}/${kind}`, content);
      return { path: { serviceAccountId, [field]: made.apiKey?.id ?? made.response.id } };
    },
  };
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
}

const document = parse(readFileSync(join(repositoryRoot, 'openapi.yaml'), 'utf8'));
export const operations: Operation[] = Object.entries<
  Record<string, { operationId: string; security?: unknown[] }>
>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, security }]) => ({
    operationId,
    method: method.toUpperCase(),
    path,
    isPublic: security?.length === 0,
  })),
);

/** A folder with one of each. */
export async function newFixture(api: ApiClient): Promise<Fixture> {
  const folderId = newFolder();
  const registry = await api.createRegistry({ folderId, name: 'named' });
  const empty = await api.createRegistry({ folderId });
  const device = await api.createDevice(registry.id, { name: 'named' });
  const broker = await api.must('POST', '/iot-broker/v1/brokers', { folderId, name: 'named' });
  const account = await api.must('POST', '/ext/v1/serviceAccounts', { folderId, name: 'named' });
  return {
    api,
    folderId,
    registryId: registry.id,
    emptyRegistryId: empty.id,
    deviceId: device.id,
    brokerId: broker.response.id,
    serviceAccountId: account.response.id,
  };
}

export function urlOf(path: string, request: Request): string {
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => request.path?.[name] ?? `missing-${name}`,
  );
  return request.query ? `${filled}?${new URLSearchParams(request.query)}` : filled;
}
