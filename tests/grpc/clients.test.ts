/**
 * What the official clients send, call by call with their metadata, replayed: the table says how each finds the services, proves
 * who it is and names its calls. Read from the sources of the clients, apart from `yc`, which is closed.
 */
import { constants, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import {
  ApiEndpointService,
  broker,
  device,
  deviceData,
  devices,
  iam,
  messages,
  operations,
  registryData,
} from '@iotcore/proto';
import { makeCertificate, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { GrpcClient, refusalOf } from './support/client.ts';

interface ClientProfile {
  readonly name: string;
  /** The page size of its first call, which finds the services. */
  readonly discovery?: bigint;
  /** What it exchanges for a token; undefined: it sends the token that it was given. */
  readonly exchange?:
    | 'key, audience as text'
    | 'key, audience as list'
    | 'key, audience of this server'
    | 'oauth';
  /** Sent with every call, the first ones included. */
  readonly metadata: () => Readonly<Record<string, string>>;
  /** It attaches the token that it has to calls that need none. */
  readonly alwaysSendsToken?: true;
  /** Waits for every operation by asking for it, although it is done. */
  readonly asksForOperations?: true;
  readonly hasBrokers: boolean;
}

const tracing = () => ({ 'x-client-request-id': randomUUID(), 'x-client-trace-id': randomUUID() });
const keyOfSession = randomUUID();

const clients: readonly ClientProfile[] = [
  {
    name: 'Terraform with a token',
    discovery: 100n,
    metadata: () => ({
      ...tracing(),
      'idempotency-key': randomUUID(),
      'user-agent': 'Terraform/1.9 grpc-go/1.70',
    }),
    hasBrokers: true,
  },
  {
    name: 'Terraform with a key file',
    discovery: 100n,
    exchange: 'key, audience as list',
    metadata: () => ({ ...tracing(), 'idempotency-key': randomUUID() }),
    hasBrokers: true,
  },
  {
    name: 'yc',
    discovery: 100n,
    exchange: 'oauth',
    metadata: () => ({ ...tracing(), 'user-agent': 'yc/0.145.0' }),
    hasBrokers: true,
  },
  { name: 'go-sdk', discovery: 0n, exchange: 'key, audience as list', metadata: tracing, hasBrokers: true },
  {
    name: 'python-sdk',
    discovery: 0n,
    exchange: 'key, audience of this server',
    metadata: () => ({ 'x-client-request-id': randomUUID() }),
    alwaysSendsToken: true,
    asksForOperations: true,
    hasBrokers: false,
  },
  {
    name: 'java-sdk',
    discovery: 0n,
    exchange: 'key, audience as list',
    metadata: () => ({}),
    hasBrokers: true,
  },
  {
    name: 'nodejs-sdk',
    exchange: 'key, audience as text',
    metadata: () => ({ 'idempotency-key': keyOfSession }),
    alwaysSendsToken: true,
    asksForOperations: true,
    hasBrokers: true,
  },
];

const installation = sharedInstallation();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const accounts = '/ext/v1/serviceAccounts';
let account: { readonly id: string; readonly keyId: string };

beforeAll(async () => {
  const { api } = installation();
  const { response } = await api.must('POST', accounts, { folderId: 'clients', name: 'client' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const key = await api.must('POST', `${accounts}/${response.id}/authorizedKeys`, { publicKey: pem });
  await api.must('POST', `${accounts}/${response.id}/roleBindings`, { folderId: 'clients', role: 'admin' });
  account = { id: response.id, keyId: key.response.id };
});

function makeJwt(aud: string | readonly string[]): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  // Rounded up, as one of the SDKs does.
  const iat = Math.round(Date.now() / 1000 + 0.4);
  const head = encode({ alg: 'PS256', typ: 'JWT', kid: account.keyId });
  const said = `${head}.${encode({ iss: account.id, aud, iat, exp: iat + 3600 })}`;
  const options = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return `${said}.${sign('sha256', Buffer.from(said), options).toString('base64url')}`;
}

/** A client as its profile says, before it has called anything. */
class Replay {
  readonly profile: ClientProfile;
  readonly #client = GrpcClient.connect(installation());
  #token: string;

  constructor(profile: ClientProfile) {
    this.profile = profile;
    this.#token = profile.exchange === undefined ? installation().adminToken : 'a token that is none';
  }

  call: GrpcClient['call'] = (method, request) =>
    this.#client.call(method, request, {
      authorization: `Bearer ${this.#token}`,
      metadata: this.profile.metadata(),
    });

  /** A call that needs no token, made with what the client has. */
  #publicly: GrpcClient['call'] = (method, request) =>
    this.#client.call(method, request, {
      authorization: this.profile.alwaysSendsToken ? `Bearer ${this.#token}` : '',
      metadata: this.profile.metadata(),
    });

  async begin(): Promise<void> {
    const { discovery, exchange } = this.profile;
    if (discovery !== undefined) {
      const { endpoints } = await this.#publicly(ApiEndpointService.method.list, { pageSize: discovery });
      const here = `localhost:${installation().apiTlsPort}`;
      expect(new Set(endpoints.map(({ address }) => address))).toEqual(new Set([here]));
      expect(endpoints.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['iam', 'iot-devices', 'iotbroker']),
      );
    }
    if (exchange === undefined) return;
    const { iamToken, expiresAt } = await this.#publicly(iam.IamTokenService.method.create, {
      identity: this.#identity(exchange),
    });
    expect(iamToken).toMatch(/^t1\.[\w-]+\.[\w-]{86}$/);
    expect(Number(expiresAt?.seconds)).toBeGreaterThan(Date.now() / 1000 + 11 * 3600);
    this.#token = iamToken;
  }

  #identity(exchange: NonNullable<ClientProfile['exchange']>) {
    const usual = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';
    const own = `https://iam.localhost:${installation().apiTlsPort}/iam/v1/tokens`;
    if (exchange === 'oauth')
      return { case: 'yandexPassportOauthToken', value: installation().adminToken } as const;
    const aud = {
      'key, audience as text': usual,
      'key, audience as list': [usual],
      'key, audience of this server': own,
    };
    return { case: 'jwt', value: makeJwt(aud[exchange]) } as const;
  }

  /** The ID of what an operation made or changed, as clients find it: in its metadata. */
  async idFrom(operation: Operation, field: string): Promise<string> {
    expect(operation.done).toBe(true);
    expect(operation.result.case).toBe('response');
    if (this.profile.asksForOperations) {
      const again = await this.call(operations.OperationService.method.get, { operationId: operation.id });
      expect(again).toEqual(operation);
    }
    const metadata = operation.metadata && anyUnpack(operation.metadata, messages);
    return String((metadata as unknown as Record<string, unknown> | undefined)?.[field]);
  }
}

type Operation = Awaited<ReturnType<typeof createdBy>>;
const createdBy = (client: Replay) => client.call(devices.RegistryService.method.create, {});

describe.each(clients)('$name', (profile) => {
  const registries = devices.RegistryService.method;
  const ofDevices = device.DeviceService.method;

  test('manages a registry and a device through their life', async () => {
    const client = new Replay(profile);
    await client.begin();
    const name = profile.name.replaceAll(/\W/g, '-');
    // An old certificate, and two line ends after it, as a heredoc of Terraform has them.
    const { certPem } = await makeCertificate({
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2022-01-01'),
    });
    const certificateData = `${certPem.trimEnd()}\n\n`;
    const created = await client.call(registries.create, {
      folderId: 'clients',
      name,
      labels: { empty: '' },
      certificates: [{ certificateData }],
      password: '0123456789_abcd',
      logOptions: { destination: { case: 'logGroupId', value: '' } },
    });
    const registryId = await client.idFrom(created, 'registryId');
    expect(await client.call(registries.get, { registryId })).toMatchObject({
      name,
      labels: { empty: '' },
      logOptions: { destination: { case: 'logGroupId', value: '' } },
    });
    const { certificates } = await client.call(registries.listCertificates, { registryId });
    expect(certificates).toMatchObject([{ certificateData }]);

    const alias = { registryId, topicAliases: { [`${name}/x`]: '$devices/{id}/events' }, name: 'pump' };
    const deviceId = await client.idFrom(await client.call(ofDevices.create, alias), 'deviceId');
    const listed = await client.call(ofDevices.list, {
      id: { case: 'folderId', value: 'clients' },
      pageSize: 100n,
    });
    expect(listed.devices.map(({ id }) => id)).toContain(deviceId);
    const mask = { paths: ['name', 'topic_aliases'] };
    const aliases = { [`${name}/y`]: `$devices/${deviceId}/events` };
    await client.call(ofDevices.update, {
      deviceId,
      updateMask: mask,
      name: 'pump-2',
      topicAliases: aliases,
    });
    expect(await client.call(ofDevices.get, { deviceId })).toMatchObject({
      name: 'pump-2',
      topicAliases: aliases,
    });

    const password = { registryId, password: '0123456789_updated' };
    const passwordId = await client.idFrom(await client.call(registries.addPassword, password), 'passwordId');
    expect((await client.call(registries.listPasswords, { registryId })).passwords).toHaveLength(2);
    await client.call(registries.deletePassword, { registryId, passwordId });

    const data = Buffer.from('hello');
    await client.call(registryData.RegistryDataService.method.publish, {
      registryId,
      topic: `$registries/${registryId}/commands`,
      data,
    });
    const topic = `$devices/${deviceId}/events`;
    await client.call(deviceData.DeviceDataService.method.publish, { deviceId, topic, data });

    const notEmpty = await refusalOf(client.call(registries.delete, { registryId }));
    expect(notEmpty.code).toBe(status.FAILED_PRECONDITION);
    await client.call(ofDevices.delete, { deviceId });
    const removed = await client.call(registries.delete, { registryId });
    expect(removed.result.value).toMatchObject({ typeUrl: 'type.googleapis.com/google.protobuf.Empty' });
    // Terraform drops a resource from its state on this code alone.
    expect((await refusalOf(client.call(registries.get, { registryId }))).code).toBe(status.NOT_FOUND);
  });

  test.runIf(profile.hasBrokers)('manages a broker, and walks a list to its end', async () => {
    const client = new Replay(profile);
    await client.begin();
    const brokers = broker.BrokerService.method;
    const name = profile.name.replaceAll(/\W/g, '-');
    const created = await client.call(brokers.create, { folderId: 'clients', name });
    const brokerId = await client.idFrom(created, 'brokerId');
    const found: string[] = [];
    for (let pageToken = '', more = true; more; more = pageToken !== '') {
      const page = await client.call(brokers.list, { folderId: 'clients', pageSize: 100n, pageToken });
      found.push(...page.brokers.map(({ id }) => id));
      pageToken = page.nextPageToken;
    }
    expect(found).toContain(brokerId);
    await client.call(brokers.delete, { brokerId });
    expect((await refusalOf(client.call(brokers.get, { brokerId }))).code).toBe(status.NOT_FOUND);
  });
});
