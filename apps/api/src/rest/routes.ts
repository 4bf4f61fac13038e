/** Where each operation lies in REST: its method and path. Every other fact about it is the operation's own. */
import { type ResourceNames, resourceNames } from '@iotcore/contract';

export interface RestMethod {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in OpenAPI, parameters in braces; each is a field of the operation's input. */
  readonly path: string;
}

type RestMethods = Readonly<Record<string, RestMethod>>;

const GET = (path: string): RestMethod => ({ method: 'GET', path });
const POST = (path: string): RestMethod => ({ method: 'POST', path });
const PUT = (path: string): RestMethod => ({ method: 'PUT', path });
const PATCH = (path: string): RestMethod => ({ method: 'PATCH', path });
const DELETE = (path: string): RestMethod => ({ method: 'DELETE', path });

const { registry, device, broker } = resourceNames;
const registryPath = `${registry.path}/{registryId}`;
const accounts = '/ext/v1/serviceAccounts';
const account = `${accounts}/{serviceAccountId}`;

/** What registries, devices and brokers all have. */
function ofResource({ noun, path, extensionPath, idField }: ResourceNames): RestMethods {
  const one = `${path}/{${idField}}`;
  return {
    [`get${noun}`]: GET(one),
    [`create${noun}`]: POST(path),
    [`update${noun}`]: PATCH(one),
    [`delete${noun}`]: DELETE(one),
    [`get${noun}ByName`]: GET(`${path}:getByName`),
    [`list${noun}Certificates`]: GET(`${one}/certificates`),
    [`add${noun}Certificate`]: POST(`${one}/certificates`),
    [`delete${noun}Certificate`]: DELETE(`${one}/certificates/{fingerprint}`),
    [`list${noun}Passwords`]: GET(`${one}/passwords`),
    [`add${noun}Password`]: POST(`${one}/passwords`),
    [`delete${noun}Password`]: DELETE(`${one}/passwords/{passwordId}`),
    [`list${noun}Operations`]: GET(`${one}/operations`),
    [`publish${noun}Data`]: POST(`${one}/publish`),
    [`list${noun}LogEntries`]: GET(`${extensionPath}/{${idField}}/logs`),
    [`watch${noun}Messages`]: GET(`${extensionPath}/{${idField}}/messages:watch`),
    [`watch${noun}Logs`]: GET(`${extensionPath}/{${idField}}/logs:watch`),
    [`list${noun}Sessions`]: GET(`${extensionPath}/{${idField}}/sessions`),
    [`disconnect${noun}`]: POST(`${extensionPath}/{${idField}}:disconnect`),
  };
}

function ofAdoption({ noun, extensionPath, idField }: ResourceNames): RestMethods {
  const path = `${extensionPath}/{${idField}}/passwordAdoption`;
  return {
    [`get${noun}PasswordAdoption`]: GET(path),
    [`set${noun}PasswordAdoption`]: PUT(path),
    [`delete${noun}PasswordAdoption`]: DELETE(path),
  };
}

function ofDisabling({ noun, extensionPath, idField }: ResourceNames): RestMethods {
  const one = `${extensionPath}/{${idField}}`;
  return { [`disable${noun}`]: POST(`${one}:disable`), [`enable${noun}`]: POST(`${one}:enable`) };
}

function ofPermanentTopics({ noun, extensionPath, idField }: ResourceNames): RestMethods {
  const one = `${extensionPath}/{${idField}}`;
  return {
    [`list${noun}RetainedTopics`]: GET(`${one}/retainedTopics`),
    [`get${noun}RetainedMessage`]: GET(`${one}/retainedMessage`),
    [`clear${noun}RetainedMessage`]: DELETE(`${one}/retainedMessage`),
  };
}

function ofAccountKeys(noun: string, plural: string, collection: string, idField: string): RestMethods {
  return {
    [`list${plural}`]: GET(`${account}/${collection}`),
    [`create${noun}`]: POST(`${account}/${collection}`),
    [`delete${noun}`]: DELETE(`${account}/${collection}/{${idField}}`),
  };
}

function ofExports(): RestMethods {
  const path = '/ext/v1/exports';
  const one = `${path}/{exportId}`;
  const dataStreams = `${registry.extensionPath}/{registryId}/dataStreamExports`;
  return {
    listDataStreamExports: GET(dataStreams),
    addDataStreamExport: POST(dataStreams),
    deleteDataStreamExport: DELETE(`${dataStreams}/{dataStreamExportId}`),
    getExport: GET(one),
    listExports: GET(path),
    createExport: POST(path),
    updateExport: PATCH(one),
    deleteExport: DELETE(one),
    pauseExport: POST(`${one}:pause`),
    resumeExport: POST(`${one}:resume`),
    testExport: POST(`${one}:test`),
    replayExport: POST(`${one}:replay`),
    skipExport: POST(`${one}:skip`),
    rotateExportSecret: POST(`${one}:rotateSecret`),
    listExportDeadLetters: GET(`${one}/deadLetters`),
    redeliverExportDeadLetters: POST(`${one}/deadLetters:redeliver`),
    deleteExportDeadLetter: DELETE(`${one}/deadLetters/{deadLetterId}`),
    listExportAttempts: GET(`${one}/attempts`),
    listExportMessages: GET(`${one}/messages`),
    acknowledgeExport: POST(`${one}:acknowledge`),
  };
}

/** By the name of the operation. */
export const restMethods: RestMethods = {
  ...ofResource(registry),
  listRegistries: GET(registry.path),
  enableRegistry: POST(`${registryPath}:enable`),
  disableRegistry: POST(`${registryPath}:disable`),
  listDeviceTopicAliases: GET(`${registryPath}:listDeviceTopicAliases`),

  ...ofResource(device),
  listDevices: GET(device.path),
  findDevices: GET(device.extensionPath),

  ...ofResource(broker),
  listBrokers: GET(broker.path),

  getOperation: GET('/operations/{operationId}'),
  cancelOperation: GET('/operations/{operationId}:cancel'),

  listFolders: GET('/resource-manager/v1/folders'),
  listFolderCounts: GET('/ext/v1/folders'),
  listRegistryCounts: GET('/ext/v1/registryCounts'),
  searchResources: GET('/ext/v1/search'),

  createIamToken: POST('/iam/v1/tokens'),
  renewAccessToken: POST('/ext/v1/accessToken:renew'),
  issueSignInCode: POST('/ext/v1/signInCodes'),
  getSignInCode: POST('/ext/v1/signInCodes:check'),
  openBrowserSession: POST('/ext/v1/session'),
  getBrowserSession: GET('/ext/v1/session'),
  deleteBrowserSession: DELETE('/ext/v1/session'),
  listBrowserSessions: GET('/ext/v1/sessions'),
  deleteBrowserSessions: DELETE('/ext/v1/sessions'),
  getServiceAccount: GET(account),
  listServiceAccounts: GET(accounts),
  createServiceAccount: POST(accounts),
  deleteServiceAccount: DELETE(account),
  ...ofAccountKeys('AuthorizedKey', 'AuthorizedKeys', 'authorizedKeys', 'authorizedKeyId'),
  ...ofAccountKeys('ApiKey', 'ApiKeys', 'apiKeys', 'apiKeyId'),
  ...ofAccountKeys('RoleBinding', 'RoleBindings', 'roleBindings', 'roleBindingId'),

  listAuditEvents: GET('/ext/v1/auditEvents'),
  listRefusedClients: GET('/ext/v1/refusedClients'),
  summarizeLogs: GET('/ext/v1/logs:summary'),
  findCertificates: GET('/ext/v1/certificates'),
  listNodes: GET('/ext/v1/nodes'),
  getInstallation: GET('/ext/v1/installation'),
  readMetrics: GET('/ext/v1/metrics'),
  listDisabledResources: GET('/ext/v1/disabledResources'),
  ...ofDisabling(device),
  ...ofDisabling(broker),
  listNetworkBlocks: GET('/ext/v1/networkBlocks'),
  createNetworkBlock: POST('/ext/v1/networkBlocks'),
  deleteNetworkBlock: DELETE('/ext/v1/networkBlocks/{networkBlockId}'),
  ...ofPermanentTopics(registry),
  ...ofPermanentTopics(device),
  ...ofAdoption(registry),
  ...ofAdoption(broker),
  getMigrationStatus: GET('/ext/v1/migrationStatus'),
  listMigrationDevices: GET(`${registry.extensionPath}/{registryId}/migrationDevices`),
  importResources: POST('/ext/v1/import'),
  exportRegistry: GET(`${registry.extensionPath}/{registryId}/export`),
  ...ofExports(),
};

/** Operations without a place here: the old service has no REST method for them, or clients of gRPC alone ask for it. */
export const grpcOnly: ReadonlySet<string> = new Set(['getFolder', 'getCloud', 'listClouds']);
