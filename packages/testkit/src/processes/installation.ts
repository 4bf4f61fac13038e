import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunFile, withMemorySettings } from '@iotcore/process';
import { type Database, openDatabase } from '@iotcore/store';
import { ApiClient } from '../api/client.ts';
import { callHttp } from '../api/http-call.ts';
import { Bystanders } from '../bystanders/bystanders.ts';
import type { MqttOptions } from '../mqtt/session.ts';
import { quiet } from '../postgres/quiet.ts';
import type { ProgramName } from '../programs/program-bundles.ts';
import { programFile } from '../programs/programs.ts';
import { Child, type Exit } from './child.ts';

/** How far the programs had written at some time. */
export type LogPosition = ReadonlyMap<Child, number>;

/** A running IoT core on free ports, with a data folder and a database of its own. */
export class Installation {
  readonly dataDir: string;
  readonly api: ApiClient;
  /** The metrics pages that `readMetrics` found last. */
  metricsSeen: readonly { readonly name: string; readonly text: string }[] = [];
  readonly #children = new Map<ProgramName, Child>();
  readonly #ended: Child[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;
  /** Whose API it uses, if it has none. */
  readonly #beside: Installation | undefined;
  #databaseUrl: string | undefined;
  #database: Database | undefined;
  #addresses: Readonly<Record<string, string>> = {};
  #caPem: string | undefined;
  #adminToken = '';
  #bystanders: Bystanders | undefined;

  constructor(
    dataDir: string,
    databaseUrl: string | undefined,
    env: Readonly<Record<string, string | undefined>>,
    beside?: Installation,
  ) {
    this.dataDir = dataDir;
    this.#databaseUrl = databaseUrl;
    this.#env = env;
    this.#beside = beside;
    this.api =
      beside?.api ??
      new ApiClient(
        () => this.apiUrl,
        () => this.adminToken,
      );
  }

  /** Starts a program, again if it has ended. Ports may be others than before: read them after `ready`. */
  start(name: ProgramName): Child {
    const before = this.#children.get(name);
    if (before?.running) throw new Error(`${name} is running already`);
    if (before) this.#ended.push(before);
    const child = new Child({ name, script: [programFile(name)], env: this.#envOf(name) });
    this.#children.set(name, child);
    return child;
  }

  /** Starts one more of a program, beside the one that runs; the caller ends it. */
  startBeside(name: ProgramName): Child {
    const child = new Child({ name: `another ${name}`, script: [programFile(name)], env: this.#envOf(name) });
    this.#ended.push(child);
    return child;
  }

  /** An MQTT server that is started alone has the memory settings that others give it. */
  #envOf(name: ProgramName): Readonly<Record<string, string | undefined>> {
    return name === 'mqtt' ? withMemorySettings(this.#env) : this.#env;
  }

  /** Waits until every program is ready, and reads what they left in the data folder. */
  async ready(): Promise<void> {
    const all = await Promise.all([...this.#children.values()].map((child) => child.ready));
    this.#addresses = Object.assign({}, ...all);
    this.#databaseUrl ??= (await readRunFile(this.dataDir))?.databaseUrl.reveal();
    this.#caPem = await this.#read('ca.crt');
    this.#adminToken = this.#beside?.adminToken ?? ((await this.#read('admin.token')) ?? '').trim();
  }

  /** The latest run of a program. */
  program(name: ProgramName): Child {
    const child = this.#children.get(name);
    if (!child) throw new Error(`${name} was not started`);
    return child;
  }

  /** Clients that are served all the while, if its tests share the installation. */
  get bystanders(): Bystanders {
    if (this.#bystanders === undefined) throw new Error('there are no bystanders in this installation');
    return this.#bystanders;
  }
  async startBystanders(): Promise<void> {
    this.#bystanders = await Bystanders.start(this);
  }

  /** The programs that run now. */
  running(): readonly Child[] {
    return [...this.#children.values()].filter(({ running }) => running);
  }

  get apiUrl(): string {
    return this.#address('api').origin;
  }
  /** Where REST and gRPC are served inside TLS. */
  get apiTlsPort(): number {
    return Number(this.#address('apiTls').port);
  }
  /** Where gRPC is served without TLS, if a port was asked for (`IOT_API_GRPC_PORT: '0'`). */
  get apiGrpcPort(): number {
    return Number(this.#address('apiGrpc').port);
  }
  get mqttsPort(): number {
    return Number(this.#address('mqtts').port);
  }
  get mqttPort(): number {
    return Number(this.#address('mqtt').port);
  }
  /** Where MQTT comes over WebSocket, if it may (`IOT_WS_PORT`, `IOT_WSS_PORT`). */
  webSocketUrl(scheme: 'ws' | 'wss'): string {
    return this.#address(scheme).href;
  }
  /** Where the MQTT process serves /livez, /readyz and /metrics. */
  get adminUrl(): string {
    return this.#address('admin').origin;
  }

  /** Where the API process serves /metrics, if it was asked to. */
  get apiMetricsUrl(): string {
    return this.#address('apiMetrics').origin;
  }

  /** Where the export process serves /metrics, if it was asked to. */
  get exportMetricsUrl(): string {
    return this.#address('exportMetrics').origin;
  }

  /** False until a supervisor has said which one it started. */
  get isDatabaseKnown(): boolean {
    return this.#databaseUrl !== undefined;
  }

  /** The database, the supervisor's own one included. */
  get databaseUrl(): string {
    if (this.#databaseUrl === undefined)
      throw new Error('the database is not known before the supervisor is ready');
    return this.#databaseUrl;
  }

  /** For looks at it after each file, on one connection: to open one costs more than a look. */
  get database(): Database {
    this.#database ??= openDatabase(this.databaseUrl, { logger: quiet, poolSize: 1 });
    return this.#database;
  }
  async closeDatabase(): Promise<void> {
    await this.#database?.close();
    this.#database = undefined;
  }

  /** The authority that signed the server's certificate. */
  get caPem(): string {
    if (this.#caPem === undefined) throw new Error('there is no ca.crt in the data folder');
    return this.#caPem;
  }
  get adminToken(): string {
    return this.#adminToken;
  }

  /** How to reach MQTT over TLS, for `connectMqtt` and `connectRaw`. */
  get overTls(): Pick<MqttOptions, 'port'> & { readonly caPem: string } {
    return { port: this.mqttsPort, caPem: this.caPem };
  }
  /** How to reach MQTT over plain TCP. */
  get overTcp(): Pick<MqttOptions, 'port'> {
    return { port: this.mqttPort };
  }

  /** How far the programs have written: for `logs` and `outputs`. */
  logPosition(): LogPosition {
    return new Map(this.#all().map((child) => [child, child.written]));
  }

  /** What all programs wrote since then, the earlier runs first. Default: everything. */
  logs(since: LogPosition = new Map()): string {
    return this.#all()
      .map((child) => `--- ${child.name}\n${child.outputSince(since.get(child) ?? 0)}`)
      .join('\n');
  }

  /** The same, apart. */
  outputs(since: LogPosition = new Map()): { readonly name: string; readonly text: string }[] {
    return this.#all().map((child) => ({
      name: `log of ${child.name}`,
      text: child.outputSince(since.get(child) ?? 0),
    }));
  }

  /** Reads the metrics of the processes that run and have some: they go with them. */
  async readMetrics(): Promise<void> {
    const seen: { name: string; text: string }[] = [];
    for (const name of ['admin', 'apiMetrics', 'exportMetrics']) {
      if (this.#addresses[name] === undefined) continue;
      const text = await callHttp(new URL('/metrics', this.#address(name))).then(
        (answer) => answer.text,
        () => '',
      );
      seen.push({ name: `metrics (${name})`, text });
    }
    this.metricsSeen = seen;
  }

  #all(): Child[] {
    return [...this.#ended, ...this.#children.values()];
  }

  /** Stops all programs, the last one first. */
  async stop(): Promise<Exit[]> {
    const exits: Exit[] = [];
    for (const child of [...this.#children.values()].reverse()) exits.push(await child.stop());
    return exits;
  }

  #address(name: string): URL {
    const owner = this.#addresses[name] === undefined && this.#beside ? this.#beside : this;
    const address = owner.#addresses[name];
    if (address === undefined)
      throw new Error(`no program said where '${name}' listens: ${JSON.stringify(this.#addresses)}`);
    const url = new URL(address);
    if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
    return url;
  }

  #read(file: string): Promise<string | undefined> {
    return readFile(join(this.dataDir, file), 'utf8').catch(() => undefined);
  }
}
