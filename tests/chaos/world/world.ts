/**
 * What every scenario breaks: a Postgres, the two planes as real processes, a tenant under load and canaries beside it.
 * The ledgers are kept here, in the process that outlives all of them.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiClient,
  type Child,
  checkMessages,
  checkStored,
  checkWrites,
  cleanVerdict,
  createBrokerTenant,
  createRegistryTenant,
  eventually,
  LoadClient,
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
import { MessageLoad } from './message-load.ts';
import { readMetrics } from './metrics.ts';
import { choosePorts, type Env, type PlaneName, Planes, type Ports, type ProgramName } from './planes.ts';
import { type ClientOptions, joinBroker, joinRegistry, topicsOfDevices } from './population.ts';
import { Postgres } from './postgres.ts';
import { query, session } from './queries.ts';

export interface WorldOptions {
  /** Under load. Default 12. */
  readonly devices?: number;
  /** Messages of each device. Default 10. */
  readonly perSecond?: number;
  /** Callers of the API at the same time. Default 2. */
  readonly apiCallers?: number;
  /** Settings of both planes. */
  readonly env?: Env;
  /** Settings of one plane only. */
  readonly envOf?: Partial<Readonly<Record<PlaneName, Env>>>;
  /** Both planes are started and watched by the real supervisor, on the Postgres that is given. */
  readonly supervised?: boolean;
  /** What is started as the data plane. Default: the real one. */
  readonly mqttProgram?: string;
  /** Where each plane finds its database; default: the Postgres itself. */
  readonly databaseUrl?: (plane: PlaneName, postgres: Postgres) => Promise<string> | string;
  /** Default: an embedded one, in a folder of its own. */
  readonly postgres?: Postgres;
  /** Clients take whatever certificate the server shows: it is not signed by the installation's own authority. */
  readonly trustAnyServer?: boolean;
  /** Clients use TLS at a port that this gives each of them, such as a proxy's. Default: at the server's. */
  readonly via?: (tlsPort: number) => Promise<() => number>;
}

export interface VerdictOptions {
  /** From when the API has to answer again. */
  readonly healedAt?: number;
  /** Are the permanent topics read by a newcomer? Default true. */
  readonly readBack?: boolean;
  /** How long what is under way may take to arrive, ms. Default 15,000. */
  readonly settleMs?: number;
}

/** What `World.create` needs of the scenario. */
export interface WorldScope {
  readonly random: SeededRandom;
  folder(): Promise<string>;
  cleanup(what: () => Promise<unknown> | unknown): void;
}

export class World {
  readonly messages = new MessageLedger();
  readonly writes = new WriteLedger();
  readonly api: ApiClient;
  readonly dataDir: string;
  readonly ports: Ports;
  readonly #options: WorldOptions;
  readonly #scope: WorldScope;
  readonly #planes: Planes;
  readonly #clients = new Map<string, LoadClient>();
  #postgres: Postgres;
  #tenant: RegistryTenant | undefined;
  #caPem = '';
  #adminToken = '';
  #messageLoad: MessageLoad | undefined;
  #apiLoad: ApiLoad | undefined;

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
    const { mqttProgram } = options;
    const envOf = (program: ProgramName) => this.#envOf(program);
    this.#planes = new Planes({ dataDir, ports, envOf, ...(mqttProgram ? { mqttProgram } : {}) });
    this.api = new ApiClient(
      () => `http://127.0.0.1:${ports.api}`,
      () => this.#adminToken,
    );
  }

  /** Everything running, everybody connected and subscribed, load on. */
  static async create(scope: WorldScope, options: WorldOptions = {}): Promise<World> {
    const postgres = options.postgres ?? (await Postgres.create({ folder: await scope.folder() }));
    if (!options.postgres) scope.cleanup(() => postgres.kill());
    const world = new World(options, scope, postgres, await scope.folder(), await choosePorts());
    scope.cleanup(() => world.#stop());
    if (options.supervised) await world.#planes.start('supervisor');
    else await Promise.all([world.start('api'), world.start('mqtt')]);
    await world.#readFiles();
    await world.#populate();
    return world;
  }

  // Processes.

  get postgres(): Postgres {
    return this.#postgres;
  }

  /** From now on this is the database, by which the writes are judged too. */
  moveTo(postgres: Postgres): void {
    this.#postgres = postgres;
  }

  /** Starts a plane; resolves once it is ready. */
  start(name: PlaneName): Promise<Child> {
    return this.#planes.start(name);
  }

  /** Starts a plane, and does not wait for it. */
  launch(name: PlaneName): Promise<Child> {
    return this.#planes.launch(name);
  }

  /** From now on a plane that ends is started again, as by whatever supervises it. */
  keepRunning(): void {
    this.#planes.keepRunning();
  }

  /** The latest run of a plane. */
  plane(name: PlaneName): Child {
    return this.#planes.get(name);
  }

  /** Resolves once the plane runs and is ready, after however many restarts. */
  async untilReady(name: PlaneName): Promise<void> {
    const ready = async () => {
      const child = this.plane(name);
      await child.ready;
      return child.running;
    };
    await eventually(`${name} to be ready`, ready, 60_000);
  }

  /** The process of a plane that the supervisor started; undefined while there is none. */
  supervisedPid(name: PlaneName): Promise<number | undefined> {
    return this.#planes.supervisedPid(name);
  }

  logs(): string {
    return this.#planes.logs();
  }

  // Tenants and clients.

  get tenant(): RegistryTenant {
    if (!this.#tenant) throw new Error('not populated yet');
    return this.#tenant;
  }

  /** What the registry under load may hear of its devices. */
  get registryTopics(): readonly string[] {
    return topicsOfDevices(this.tenant);
  }

  /** The authority that signed the server's certificate. */
  get caPem(): string {
    return this.#caPem;
  }

  /** A new client of the tenant under load, known to the ledger; not started. `plainPort`: plain TCP, by way of it. */
  client(options: ClientOptions, login: Login, plainPort?: number): LoadClient {
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

  clientNamed(name: string): LoadClient {
    const client = this.#clients.get(name);
    if (!client) throw new Error(`there is no client '${name}'`);
    return client;
  }

  /** Everybody who has not left. */
  async everybodyServed(ms = 60_000): Promise<void> {
    const all = [...this.#clients.values()].filter(({ running }) => running);
    await eventually('everybody to be served', () => all.every(({ served }) => served), ms);
  }

  /** A device of the tenant under load with a password of its own, which the API knows by `passwordId`. */
  async newDevice(name: string): Promise<Login & { readonly passwordId: string }> {
    const device = await this.api.createDevice(this.tenant.registry.id, { name });
    const password = makePassword();
    const { id } = await this.api.addPassword({ deviceId: device.id }, password);
    return { id: device.id, username: device.id, password, passwordId: id };
  }

  /** Lets the load run on. */
  run(ms: number): Promise<void> {
    return sleep(ms);
  }

  // Looking behind the scenes.

  /** A figure that the data plane tells of itself. */
  async metric(name: string): Promise<number> {
    const value = (await readMetrics(this.ports.admin)).get(name);
    if (value === undefined) throw new Error(`there is no metric '${name}'`);
    return value;
  }

  /** Asks the Postgres itself, past every proxy. */
  sql<Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return query<Row>(this.#postgres.url, text, values);
  }

  /** Queries on one connection to the Postgres itself. */
  session(work: (query: (text: string) => Promise<unknown>) => Promise<void>): Promise<void> {
    return session(this.#postgres.url, work);
  }

  get counts(): string {
    const { ackedCount, receivedCount, givenUp } = this.messages;
    const { refusals } = this.messages.history();
    return [
      `${ackedCount} messages acknowledged`,
      `${receivedCount} received`,
      `${this.writes.writes().length} API writes`,
      ...(refusals.length > 0 ? [`${refusals.length} CONNECTs refused`] : []),
      ...(givenUp.length > 0 ? [`${givenUp.length} connections given up for want of an answer`] : []),
    ].join(', ');
  }

  // The verdict.

  /** Ends the load, waits until everything that is under way has arrived, and judges: what has not arrived then is lost. */
  async verdict({ healedAt, readBack = true, settleMs = 15_000 }: VerdictOptions = {}): Promise<Verdict> {
    this.#messageLoad?.stop();
    const allAnswered = (await this.#apiLoad?.finish(settleApiMs)) ?? true;
    await eventually('the end of what is under way', () => this.#isSettled(), settleMs).catch(
      () => undefined,
    );
    const stored = this.#apiLoad ? await this.#storedDevices() : [];
    return sumVerdicts([
      checkMessages(this.messages.history()),
      checkWrites(this.writes.writes(), stored, healedAt === undefined ? {} : { healedAt }),
      ...(allAnswered ? [] : [unanswered]),
      ...(readBack ? [await this.#readBack()] : []),
    ]);
  }

  #isSettled(): boolean {
    for (const { unacked } of this.#clients.values()) if (unacked > 0) return false;
    return checkMessages(this.messages.history()).lost === 0;
  }

  /** What the callers of the API made, asked of the database itself. */
  async #storedDevices(): Promise<StoredObject[]> {
    const rows = await this.sql<{ id: string; name: string; parts: string }>(
      `SELECT id, name, (SELECT count(*) FROM topic_aliases WHERE device_id = devices.id) AS parts
       FROM devices WHERE registry_id = $1 AND name LIKE 'made-%'`,
      [this.tenant.registry.id],
    );
    return rows.map(({ id, name, parts }) => ({ id, name, whole: parts === '1' }));
  }

  /** What a newcomer gets of the permanent topics must be what was acknowledged last. */
  async #readBack(): Promise<Verdict> {
    const { name, registry, devices } = this.tenant;
    const ledger = new MessageLedger();
    const topics = devices.map(({ id }) => `$devices/${id}/state`);
    const reader = this.client({ name: `${name}:reader`, ledger, filters: topics, hears: topics }, registry);
    reader.start();
    const sent = this.messages.history().sent.filter(({ topic }) => topics.includes(topic));
    const check = () => checkStored(name, sent, ledger.history().received);
    await eventually('the stored messages', () => check().lost === 0).catch(() => undefined);
    reader.stop();
    return check();
  }

  // Beginning and end.

  async #envOf(program: ProgramName): Promise<Env> {
    const { env, envOf, databaseUrl } = this.#options;
    if (program === 'supervisor') return { DATABASE_URL: this.#postgres.url, ...env };
    const url = (await databaseUrl?.(program, this.#postgres)) ?? this.#postgres.url;
    return { DATABASE_URL: url, ...env, ...envOf?.[program] };
  }

  /** Reads what the planes left in the data folder. */
  async #readFiles(): Promise<void> {
    const authority = readFile(join(this.dataDir, 'ca.crt'), 'utf8');
    this.#caPem = await (this.#options.trustAnyServer ? authority.catch(() => '') : authority);
    const token = join(this.dataDir, 'admin.token');
    await eventually('the admin token', () => stat(token).then(({ size }) => size > 0));
    this.#adminToken = (await readFile(token, 'utf8')).trim();
  }

  async #populate(): Promise<void> {
    const { devices = 12, perSecond = 10, apiCallers = 2, via } = this.#options;
    const load = await createRegistryTenant(this.api, 'load', devices);
    const neighbour = await createRegistryTenant(this.api, 'neighbour', 1);
    const brokers = [
      await createBrokerTenant(this.api, 'broker-a'),
      await createBrokerTenant(this.api, 'broker-b'),
    ];
    this.#tenant = load;
    const portOfNext = await via?.(this.ports.mqtts);
    const make = (options: ClientOptions, login: Login) => {
      const port = portOfNext?.();
      const around = port === undefined ? {} : { port: () => port, caPem: this.#caPem };
      return this.client({ ...around, ...options }, login);
    };
    this.#messageLoad = new MessageLoad([
      ...joinRegistry(make, load, perSecond),
      ...joinRegistry(make, neighbour, 2),
      ...brokers.flatMap((broker) => joinBroker(make, broker)),
    ]);
    for (const client of this.#clients.values()) client.start();
    await this.everybodyServed();
    this.#messageLoad.start();
    if (apiCallers > 0) this.#startApiLoad(apiCallers);
  }

  #startApiLoad(callers: number): void {
    this.#apiLoad = new ApiLoad({
      api: this.api,
      registryId: this.tenant.registry.id,
      ledger: this.writes,
      random: this.#scope.random.fork('api load'),
      callers,
    });
    this.#apiLoad.start();
  }

  /** By certificate over TLS, by password over plain TCP or TLS by turns. */
  #way(login: Login, plainPort: number | undefined) {
    const secure =
      plainPort === undefined && (login.certificate !== undefined || this.#clients.size % 2 === 0);
    return {
      port: () => plainPort ?? (secure ? this.ports.mqtts : this.ports.mqtt),
      ...(secure ? { caPem: this.#caPem, trustAnyServer: this.#options.trustAnyServer ?? false } : {}),
      ...(login.certificate ? { certificate: login.certificate } : {}),
      ...(login.username ? { username: login.username } : {}),
      ...(login.password ? { password: login.password } : {}),
    };
  }

  async #stop(): Promise<void> {
    this.#messageLoad?.stop();
    for (const client of this.#clients.values()) client.stop();
    await this.#apiLoad?.finish(0);
    await this.#planes.stop();
  }
}

/** How long callers of the API may wait for their answer once the load has ended. */
const settleApiMs = 30_000;

const unanswered: Verdict = {
  ...cleanVerdict,
  wrong: 1,
  findings: [
    `wrong: API calls were not answered 200 within ${settleApiMs / 1000} s after the end of the fault`,
  ],
};
