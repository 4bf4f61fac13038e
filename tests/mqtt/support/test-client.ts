import { openDatabase } from '@iotcore/store';
import {
  casesOf,
  connectMqtt,
  connectPacket,
  connectRaw,
  eventually,
  type Installation,
  type MqttOptions,
  type MqttSession,
  makeCertificate,
  makePassword,
  type Owner,
  pathOf,
  type RawClient,
  refusalOf,
  type TestCertificate,
} from '@iotcore/testkit';

/** How tests reach the server: the same must hold over both. */
export const transports = ['TLS', 'TCP'] as const;
export type TransportName = (typeof transports)[number];

/** For what is about the server behind the transport: `npm test` looks at it over TLS, `npm run test:full` over both. */
export const transportsOfFull = casesOf(transports, (name) => name === 'TLS');

/** Where to connect to. */
export function reach(installation: Installation, transport: TransportName) {
  return transport === 'TLS' ? installation.overTls : installation.overTcp;
}

/** A registry, device or broker that tests act as. */
export class TestClient {
  readonly id: string;
  readonly owner: Owner;
  /** A password of its own. */
  readonly password: string;
  readonly #installation: Installation;

  constructor(installation: Installation, id: string, owner: Owner, password: string) {
    this.#installation = installation;
    this.id = id;
    this.owner = owner;
    this.password = password;
  }

  /** The same client at another node of the installation. */
  at(node: Installation): TestClient {
    return new TestClient(node, this.id, this.owner, this.password);
  }

  /** How to log in by password; `more` overrides. */
  login(more: Partial<MqttOptions> = {}, transport: TransportName = 'TLS'): MqttOptions {
    return { ...reach(this.#installation, transport), username: this.id, password: this.password, ...more };
  }

  connect(more: Partial<MqttOptions> = {}, transport?: TransportName): Promise<MqttSession> {
    return connectMqtt(this.login(more, transport));
  }

  /** Logs in by password as a client that says exactly what it is told. */
  async connectRaw(transport: TransportName, clientId = 'raw'): Promise<RawClient> {
    const client = await connectRaw(reach(this.#installation, transport));
    client.send(connectPacket(this.id, this.password, clientId));
    await client.expectBytes('20020000');
    return client;
  }

  refusal(more: Partial<MqttOptions> = {}, transport?: TransportName): Promise<number> {
    return refusalOf(this.login(more, transport));
  }

  /** Gives it a certificate. */
  async addCertificate(certificate?: TestCertificate): Promise<TestCertificate> {
    const added = certificate ?? (await makeCertificate());
    await this.#installation.api.addCertificate(this.owner, added.certPem);
    return added;
  }

  /** Answers the operation. */
  async delete(): Promise<{ modifiedAt: string }> {
    return this.#installation.api.must('DELETE', pathOf(this.owner));
  }

  /** Waits for a line of the connection log that matches. */
  logLine(pattern: RegExp): Promise<string> {
    return this.#readLog((lines) =>
      eventually(`a line like ${pattern} in the log of ${this.id}`, async () =>
        (await lines()).find((message) => pattern.test(message)),
      ),
    );
  }

  /** The lines of the connection log, oldest first. */
  async log(): Promise<string[]> {
    return this.#readLog((lines) => lines());
  }

  /** From the database: the API no longer shows the log of a resource that is gone. */
  async #readLog<T>(use: (lines: () => Promise<string[]>) => Promise<T>): Promise<T> {
    const database = openDatabase(this.#installation.databaseUrl ?? '', { logger: quiet, poolSize: 1 });
    const sql = 'SELECT message FROM connection_log WHERE resource_id = $1 ORDER BY id';
    try {
      return await use(async () => {
        const { rows } = await database.pool.query<{ message: string }>(sql, [this.id]);
        return rows.map(({ message }) => message);
      });
    } finally {
      await database.close();
    }
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Options of a login by certificate alone. */
export const byCertificate = (certificate: TestCertificate): Partial<MqttOptions> => ({
  certificate,
  username: undefined as never,
  password: undefined as never,
});

export async function createRegistry(installation: Installation): Promise<TestClient> {
  const { id } = await installation.api.createRegistry();
  return withPassword(installation, id, { registryId: id });
}

export async function createDevice(
  installation: Installation,
  registry: TestClient,
  fields: Record<string, unknown> = {},
): Promise<TestClient> {
  const { id } = await installation.api.createDevice(registry.id, fields);
  return withPassword(installation, id, { deviceId: id });
}

export async function createBroker(installation: Installation): Promise<TestClient> {
  const answer = await installation.api.must('POST', '/iot-broker/v1/brokers', { folderId: 'brokers' });
  const { id } = answer.response;
  return withPassword(installation, id, { brokerId: id });
}

async function withPassword(installation: Installation, id: string, owner: Owner): Promise<TestClient> {
  const password = makePassword();
  await installation.api.addPassword(owner, password);
  return new TestClient(installation, id, owner, password);
}
