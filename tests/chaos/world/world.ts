/**
 * What every scenario breaks: a Postgres, the two planes as real processes, a tenant under load and canaries beside it.
 * The ledgers are kept here, in the process that outlives all of them.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@iotcore/store';
import {
  ApiClient,
  type BrokerTenant,
  Child,
  checkMessages,
  checkStored,
  checkWrites,
  createBrokerTenant,
  createRegistryTenant,
  eventually,
  LoadClient,
  type LoadClientOptions,
  type Login,
  MessageLedger,
  makePassword,
  type RegistryTenant,
  type SeededRandom,
  type StoredObject,
  sumVerdicts,
  type Verdict,
  WriteLedger,
} from '@iotcore/testkit/faults';
import { ApiLoad } from './api-load.ts';
import { freePort } from './free-port.ts';
import { MessageLoad, type PublishingClient } from './message-load.ts';
import { readMetrics } from './metrics.ts';
import { Postgres } from './postgres.ts';

export interface WorldOptions {
  /** Under load. Default 12. */
  readonly devices?: number;
  /** Messages of each device. Default 10. */
  readonly perSecond?: number;
  /** Callers of the API at the same time; each device that they make costs the API a few ms. Default 2. */
  readonly apiCallers?: number;
  /** Settings of both planes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Settings of one plane only. */
  readonly envOf?: Partial<Readonly<Record<PlaneName, Readonly<Record<string, string | undefined>>>>>;
  /** What is started as the data plane. Default: the real one. */
  readonly mqttProgram?: string;
  /** Where each plane finds its database; default: the Postgres itself. */
  readonly databaseUrl?: (plane: PlaneName, postgres: Postgres) => Promise<string> | string;
  /** Default: an embedded one, in a folder of its own. */
  readonly postgres?: Postgres;
  /** Clients take whatever certificate the server shows: it is not signed by the installation's own authority. */
  readonly trustAnyServer?: boolean;
  /** MQTT clients go through it; default: straight to the server. */
  readonly via?: (serverPort: number) => Promise<number>;
}

export type PlaneName = 'api' | 'mqtt';
const programs = { api: 'apps/api/src/main.ts', mqtt: 'apps/mqtt/src/main.ts' } as const;

/** What `World.create` needs of the scenario. */
export interface WorldScope {
  readonly random: SeededRandom;
  folder(): Promise<string>;
  cleanup(what: () => Promise<unknown> | unknown): void;
}

interface Ports {
  readonly api: number;
  readonly mqtt: number;
  readonly mqtts: number;
  readonly admin: number;
}

export class World {
  readonly messages = new MessageLedger();
  readonly writes = new WriteLedger();
  readonly api: ApiClient;
  readonly dataDir: string;
  readonly ports: Ports;
  readonly #options: WorldOptions;
  readonly #scope: WorldScope;
  #postgres: Postgres;
  readonly #children = new Map<PlaneName, Child>();
  readonly #clients = new Map<string, LoadClient>();
  #tenant: RegistryTenant | undefined;
  #caPem = '';
  #adminToken = '';
  #messageLoad: MessageLoad | undefined;
  #apiLoad: ApiLoad | undefined;
  #keepRunning = false;

  private constructor(
    options: WorldOptions,
    scope: WorldScope,
    postgres: Postgres,
    dataDir: string,
    ports: Ports,
  ) {
    this.#options = options;
    this.#scope = scope;
    this.#postgres = postgres;
    this.dataDir = dataDir;
    this.ports = ports;
    this.api = new ApiClient(
      () => `http://127.0.0.1:${ports.api}`,
      () => this.#adminToken,
    );
  }

  /** Everything running, everybody connected and subscribed, load on. */
  static async create(scope: WorldScope, options: WorldOptions = {}): Promise<World> {
    const postgres = options.postgres ?? (await Postgres.create({ folder: await scope.folder() }));
    if (!options.postgres) scope.cleanup(() => postgres.kill());
    const [api, mqtt, mqtts, admin] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const world = new World(options, scope, postgres, await scope.folder(), { api, mqtt, mqtts, admin });
    scope.cleanup(() => world.#stopAll());
    await Promise.all([world.start('api'), world.start('mqtt')]);
    await world.readFiles();
    await world.#populate();
    return world;
  }

  get tenant(): RegistryTenant {
    if (!this.#tenant) throw new Error('not populated yet');
    return this.#tenant;
  }

  get postgres(): Postgres {
    return this.#postgres;
  }

  /** From now on this is the database, by which the writes are judged too. */
  moveTo(postgres: Postgres): void {
    this.#postgres = postgres;
  }

  /** Starts a plane; resolves once it is ready. */
  async start(name: PlaneName): Promise<Child> {
    const child = await this.launch(name);
    await child.ready;
    return child;
  }

  /** Starts a plane, and does not wait for it. */
  async launch(name: PlaneName): Promise<Child> {
    const { env, envOf, mqttProgram, databaseUrl } = this.#options;
    const url = databaseUrl ? await databaseUrl(name, this.postgres) : this.postgres.url;
    const script = name === 'mqtt' ? (mqttProgram ?? programs.mqtt) : programs[name];
    const child = new Child({
      name,
      script: [script],
      env: {
        IOT_DATA_DIR: this.dataDir,
        DATABASE_URL: url,
        IOT_API_PORT: String(this.ports.api),
        IOT_MQTT_PORT: String(this.ports.mqtt),
        IOT_MQTTS_HOST: '127.0.0.1',
        IOT_MQTTS_PORT: String(this.ports.mqtts),
        IOT_MQTT_ADMIN_PORT: String(this.ports.admin),
        IOT_SAMPLE: 'off',
        IOT_LOG_LEVEL: process.env['CHAOS_LOG'] ?? 'warn',
        IOT_MQTT_ENGINE: process.env['CHAOS_MQTT_ENGINE'] ?? 'native',
        ...env,
        ...envOf?.[name],
      },
    });
    this.#children.set(name, child);
    if (this.#keepRunning) void this.#startAgain(name, child);
    return child;
  }

  /** From now on a plane that ends is started again, as by whatever supervises it. */
  keepRunning(): void {
    this.#keepRunning = true;
    for (const [name, child] of this.#children) void this.#startAgain(name, child);
  }

  plane(name: PlaneName): Child {
    const child = this.#children.get(name);
    if (!child) throw new Error(`${name} was not started`);
    return child;
  }

  /** A new client of the tenant under load, known to the ledger; not started. `plainPort`: plain TCP, by way of it. */
  client(
    options: Pick<LoadClientOptions, 'name'> & Partial<LoadClientOptions>,
    login: Login,
    plainPort?: number,
  ): LoadClient {
    const client = new LoadClient({
      tenant: 'load',
      ledger: this.messages,
      random: this.#scope.random.fork(options.name),
      ...this.#way(login, plainPort),
      ...options,
    });
    this.#clients.set(options.name, client);
    return client;
  }

  /** What the registry under load may hear of its devices. */
  get registryTopics(): readonly string[] {
    return this.tenant.devices.flatMap(({ id }) => [`$devices/${id}/events`, `$devices/${id}/state`]);
  }

  clientNamed(name: string): LoadClient {
    const client = this.#clients.get(name);
    if (!client) throw new Error(`there is no client '${name}'`);
    return client;
  }

  get clients(): readonly LoadClient[] {
    return [...this.#clients.values()];
  }

  async everybodyServed(ms = 60_000): Promise<void> {
    await eventually('everybody to be served', () => this.clients.every(({ served }) => served), ms);
  }

  /** Lets the load run on. */
  async run(ms: number): Promise<void> {
    await sleep(ms);
  }

  /**
   * Ends the load, waits until everything that is under way has arrived, and judges. Whatever has not arrived by then is
   * lost.
   */
  async verdict({
    healedAt,
    readBack = true,
  }: {
    healedAt?: number;
    readBack?: boolean;
  } = {}): Promise<Verdict> {
    this.#messageLoad?.stop();
    const allAnswered = (await this.#apiLoad?.finish(30_000)) ?? true;
    const settled = () => this.clients.every(({ unacked }) => unacked === 0) && this.#judge().lost === 0;
    await eventually('the end of what is under way', settled, 15_000).catch(() => undefined);
    const stored = this.#apiLoad ? await this.storedDevices() : [];
    const verdicts = [
      this.#judge(),
      checkWrites(this.writes.writes(), stored, healedAt === undefined ? {} : { healedAt }),
      ...(readBack ? [await this.#readBack()] : []),
    ];
    if (!allAnswered) verdicts.push({ ...this.#judge(), ...unanswered });
    return sumVerdicts(verdicts);
  }

  /** A figure that the data plane tells of itself. */
  async metric(name: string): Promise<number> {
    const value = (await readMetrics(this.ports.admin)).get(name);
    if (value === undefined) throw new Error(`there is no metric '${name}'`);
    return value;
  }

  /** Asks the Postgres itself, past every proxy. */
  async sql<Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    const database = openDatabase(this.postgres.url, { logger: quiet });
    try {
      return (await database.pool.query<Row>(text, values)).rows;
    } finally {
      await database.close();
    }
  }

  /** Queries on one connection to the Postgres itself. */
  async session(work: (query: (text: string) => Promise<unknown>) => Promise<void>): Promise<void> {
    const database = openDatabase(this.postgres.url, { logger: quiet });
    try {
      const client = await database.pool.connect();
      await work((text) => client.query(text)).finally(() => client.release(true));
    } finally {
      await database.close();
    }
  }

  /** A device of the tenant under load with a password of its own that the API knows by `passwordId`. */
  async newDevice(name: string): Promise<Login & { readonly passwordId: string }> {
    const device = await this.api.createDevice(this.tenant.registry.id, { name });
    const password = makePassword();
    const { id } = await this.api.addPassword({ deviceId: device.id }, password);
    return { id: device.id, username: device.id, password, passwordId: id };
  }

  /** What lies in the database of the registry under load, asked of the database itself. */
  async storedDevices(): Promise<StoredObject[]> {
    const rows = await this.sql<{ id: string; name: string; parts: string }>(
      `SELECT id, name, (SELECT count(*) FROM topic_aliases WHERE device_id = devices.id) AS parts
       FROM devices WHERE registry_id = $1 AND name LIKE 'made-%'`,
      [this.tenant.registry.id],
    );
    return rows.map(({ id, name, parts }) => ({ id, name, whole: parts === '1' }));
  }

  get counts(): string {
    return `${this.messages.ackedCount} messages acknowledged, ${this.messages.receivedCount} received, ${this.writes.writes().length} API writes`;
  }

  logs(): string {
    return [...this.#children.values()].map(({ name, output }) => `--- ${name}\n${output}`).join('\n');
  }

  /** Reads what the planes left in the data folder. */
  async readFiles(): Promise<void> {
    const own = readFile(join(this.dataDir, 'ca.crt'), 'utf8');
    this.#caPem = await (this.#options.trustAnyServer ? own.catch(() => '') : own);
    const token = join(this.dataDir, 'admin.token');
    await eventually('the admin token', () => stat(token).then(({ size }) => size > 0));
    this.#adminToken = (await readFile(token, 'utf8')).trim();
  }

  get caPem(): string {
    return this.#caPem;
  }

  async #populate(): Promise<void> {
    const { devices = 12, perSecond = 10, apiCallers = 2 } = this.#options;
    const tenant = await createRegistryTenant(this.api, 'load', devices);
    const neighbour = await createRegistryTenant(this.api, 'neighbour', 1);
    const brokers = [
      await createBrokerTenant(this.api, 'broker-a'),
      await createBrokerTenant(this.api, 'broker-b'),
    ];
    this.#tenant = tenant;
    const publishing = [
      ...(await this.#join(tenant, perSecond)),
      ...(await this.#join(neighbour, 2)),
      ...(await Promise.all(brokers.map((broker) => this.#joinBroker(broker)))).flat(),
    ];
    for (const client of this.clients) client.start();
    await this.everybodyServed();
    this.#messageLoad = new MessageLoad(publishing);
    this.#messageLoad.start();
    if (apiCallers === 0) return;
    this.#apiLoad = new ApiLoad({
      api: this.api,
      registryId: tenant.registry.id,
      ledger: this.writes,
      random: this.#scope.random.fork('api load'),
      callers: apiCallers,
    });
    this.#apiLoad.start();
  }

  /** The clients of a registry: itself twice, once to listen and once to command, and each of its devices. */
  async #join({ name, registry, devices }: RegistryTenant, perSecond: number): Promise<PublishingClient[]> {
    const via = await this.#via();
    const fromDevices = devices.flatMap(({ id }) => [`$devices/${id}/events`, `$devices/${id}/state`]);
    const commands = devices.map(({ id }) => `$devices/${id}/commands`);
    const common = { tenant: name, ...via };
    this.client(
      {
        ...common,
        name: `${name}:registry`,
        filters: ['$devices/#', '$registries/#', '#'],
        hears: fromDevices,
      },
      registry,
    );
    const commander = this.client({ ...common, name: `${name}:commander` }, registry);
    const publishers = devices.map(({ id, ...login }, number) => ({
      client: this.client(
        {
          ...common,
          name: `${name}:device-${number}`,
          // The same in every tenant: client IDs are private to a principal.
          clientId: `device-${number}`,
          filters: [`$devices/${id}/#`, '$devices/#', '$registries/#'],
          hears: [`$devices/${id}/commands`],
        },
        { id, ...login },
      ),
      // Every third device has a permanent topic too. The others never wait for the database.
      topics:
        number % 3 === 0
          ? [...Array.from({ length: 4 }, () => `$devices/${id}/events`), `$devices/${id}/state`]
          : [`$devices/${id}/events`],
      perSecond,
    }));
    return [...publishers, { client: commander, topics: commands, perSecond }];
  }

  async #joinBroker({ name, broker }: BrokerTenant): Promise<PublishingClient[]> {
    const via = await this.#via();
    const topics = [`canary/${name}`, 'canary/shared'];
    this.client({ ...via, tenant: name, name: `${name}:listener`, filters: ['#'], hears: topics }, broker);
    const client = this.client({ ...via, tenant: name, name: `${name}:publisher` }, broker);
    return [{ client, topics, perSecond: 2 }];
  }

  /** By certificate over TLS, by password over plain TCP or TLS by turns. */
  #way(login: Login, plainPort: number | undefined) {
    const free = login.certificate !== undefined || this.#clients.size % 2 === 0;
    const secure = plainPort === undefined && free;
    return {
      port: () => plainPort ?? (secure ? this.ports.mqtts : this.ports.mqtt),
      ...(secure ? { caPem: this.#caPem, trustAnyServer: this.#options.trustAnyServer ?? false } : {}),
      ...(login.certificate ? { certificate: login.certificate } : {}),
      ...(login.username ? { username: login.username } : {}),
      ...(login.password ? { password: login.password } : {}),
    };
  }

  async #via() {
    const { via } = this.#options;
    if (!via) return {};
    const port = await via(this.ports.mqtts);
    return { port: () => port, caPem: this.#caPem };
  }

  #judge(): Verdict {
    return checkMessages(this.messages.history());
  }

  /** What a newcomer gets of the permanent topics must be what was acknowledged last. */
  async #readBack(): Promise<Verdict> {
    const { name, registry } = this.tenant;
    const ledger = new MessageLedger();
    const topics = this.tenant.devices.map(({ id }) => `$devices/${id}/state`);
    const reader = this.client({ name: `${name}:reader`, ledger, filters: topics, hears: topics }, registry);
    reader.start();
    const sent = this.messages.history().sent.filter(({ topic }) => topics.includes(topic));
    const check = () => checkStored(name, sent, ledger.history().received);
    await eventually('the stored messages', () => check().lost === 0, 10_000).catch(() => undefined);
    reader.stop();
    return check();
  }

  async #startAgain(name: PlaneName, child: Child): Promise<void> {
    await child.exited;
    // As a supervisor does at first; a plane that keeps failing shows in the recovery time.
    await sleep(200);
    if (this.#keepRunning && this.#children.get(name) === child) await this.launch(name);
  }

  async #stopAll(): Promise<void> {
    this.#keepRunning = false;
    this.#messageLoad?.stop();
    for (const client of this.clients) client.stop();
    await this.#apiLoad?.finish(0);
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
  }
}

const unanswered = {
  lost: 0,
  reordered: 0,
  foreign: 0,
  duplicated: 0,
  diedWithConnection: 0,
  wrong: 1,
  findings: ['wrong: API calls were not answered 200 within 30 s after the end of the fault'],
};

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
