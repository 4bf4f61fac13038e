import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunFile } from '@iotcore/process';
import { afterAll, afterEach, beforeAll, onTestFailed, onTestFinished } from 'vitest';
import { ApiClient } from '../api/client.ts';
import type { MqttOptions } from '../mqtt/session.ts';
import { createDatabase } from '../postgres/shared.ts';
import { Child, type Exit } from './child.ts';

/** What can be started: the two planes, each alone, or the supervisor, which starts both and, if need be, a Postgres. */
const programs = {
  api: 'apps/api/src/main.ts',
  mqtt: 'apps/mqtt/src/main.ts',
  supervisor: 'apps/supervisor/src/main.ts',
} as const;
export type ProgramName = keyof typeof programs;

export interface InstallationOptions {
  /** Default: `api` and `mqtt`. */
  readonly programs?: readonly ProgramName[];
  /** Settings over those of the harness; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Create the sample registry and device? Default false. */
  readonly sample?: boolean;
  /** Default: TEST_MQTT_ENGINE of the test run, else the server's own default. */
  readonly engine?: 'aedes' | 'native';
  /**
   * Default `shared`: a database of its own in the Postgres of the test run. `embedded`: none is given, the supervisor
   * starts its own. Anything else is the URL to use, of a `TestPostgres` for instance.
   */
  readonly database?: 'shared' | 'embedded' | (string & {});
  /** Default: a new temporary folder, removed at the end. */
  readonly dataDir?: string;
  /** Default true: resolves once all programs are ready. */
  readonly waitUntilReady?: boolean;
}

/** A running IoT core on free ports, with a data folder and a database of its own. */
export class Installation {
  readonly dataDir: string;
  readonly api: ApiClient;
  readonly #children = new Map<ProgramName, Child>();
  readonly #ended: Child[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;
  #databaseUrl: string | undefined;
  #addresses: Readonly<Record<string, string>> = {};
  #caPem: string | undefined;
  #adminToken = '';

  constructor(
    dataDir: string,
    databaseUrl: string | undefined,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.dataDir = dataDir;
    this.#databaseUrl = databaseUrl;
    this.#env = env;
    this.api = new ApiClient(
      () => this.apiUrl,
      () => this.adminToken,
    );
  }

  /** Starts a program, again if it has ended. Ports may be others than before: read them after `ready`. */
  start(name: ProgramName): Child {
    const before = this.#children.get(name);
    if (before?.running) throw new Error(`${name} is running already`);
    if (before) this.#ended.push(before);
    const child = new Child({ name, script: [programs[name]], env: this.#env });
    this.#children.set(name, child);
    return child;
  }

  /** Waits until every program is ready, and reads what they left in the data folder. */
  async ready(): Promise<void> {
    const all = await Promise.all([...this.#children.values()].map((child) => child.ready));
    this.#addresses = Object.assign({}, ...all);
    this.#databaseUrl ??= (await readRunFile(this.dataDir))?.databaseUrl.reveal();
    this.#caPem = await this.#read('ca.crt');
    this.#adminToken = ((await this.#read('admin.token')) ?? '').trim();
  }

  /** The latest run of a program. */
  program(name: ProgramName): Child {
    const child = this.#children.get(name);
    if (!child) throw new Error(`${name} was not started`);
    return child;
  }

  get apiUrl(): string {
    return this.#address('api').origin;
  }
  get mqttsPort(): number {
    return Number(this.#address('mqtts').port);
  }
  get mqttPort(): number {
    return Number(this.#address('mqtt').port);
  }
  /** Where the MQTT process serves /livez, /readyz and /metrics. */
  get adminUrl(): string {
    return this.#address('admin').origin;
  }

  /** The database, the supervisor's own one included. */
  get databaseUrl(): string {
    if (this.#databaseUrl === undefined)
      throw new Error('the database is not known before the supervisor is ready');
    return this.#databaseUrl;
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

  /** What all programs wrote, the earlier runs first. */
  logs(): string {
    return [...this.#ended, ...this.#children.values()]
      .map((child) => `--- ${child.name}\n${child.output}`)
      .join('\n');
  }

  /** Stops all programs, the last one first. */
  async stop(): Promise<Exit[]> {
    const exits: Exit[] = [];
    for (const child of [...this.#children.values()].reverse()) exits.push(await child.stop());
    return exits;
  }

  #address(name: string): URL {
    const address = this.#addresses[name];
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

/** Starts an installation for one test. It ends with the test; when that failed, what the programs wrote is printed. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const cleanups: Cleanup[] = [];
  onTestFinished(() => runBackwards(cleanups), 60_000);
  let installation: Installation | undefined;
  onTestFailed(() => print(installation));
  installation = await build(options, cleanups);
  if (options.waitUntilReady ?? true) await installation.ready();
  return installation;
}

/**
 * Declares one installation for all tests of the file or `describe` it is called in; the returned function gives it
 * inside them. Tests keep apart by using registries of their own.
 */
export function sharedInstallation(options: InstallationOptions = {}): () => Installation {
  const cleanups: Cleanup[] = [];
  let installation: Installation | undefined;
  beforeAll(async () => {
    installation = await build(options, cleanups);
    await installation.ready();
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') print(installation);
  });
  afterAll(() => runBackwards(cleanups), 60_000);
  return () => {
    if (!installation) throw new Error('the installation is there within tests only');
    return installation;
  };
}

type Cleanup = () => Promise<unknown>;

async function build(options: InstallationOptions, cleanups: Cleanup[]): Promise<Installation> {
  const dataDir = options.dataDir ?? (await makeFolder(cleanups));
  const databaseUrl = await chooseDatabase(options.database ?? 'shared', cleanups);
  const installation = new Installation(dataDir, databaseUrl, {
    ...harnessSettings(options),
    IOT_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    ...options.env,
  });
  cleanups.push(() => installation.stop());
  for (const name of options.programs ?? (['api', 'mqtt'] as const)) installation.start(name);
  return installation;
}

function harnessSettings(options: InstallationOptions): Record<string, string | undefined> {
  return {
    IOT_API_PORT: '0',
    IOT_MQTTS_HOST: '127.0.0.1',
    IOT_MQTTS_PORT: '0',
    IOT_MQTT_PORT: '0',
    IOT_MQTT_ADMIN_PORT: '0',
    IOT_LOG_LEVEL: 'debug',
    IOT_SAMPLE: options.sample ? 'on' : 'off',
    IOT_MQTT_ENGINE: options.engine ?? process.env['TEST_MQTT_ENGINE'],
  };
}

async function chooseDatabase(choice: string, cleanups: Cleanup[]): Promise<string | undefined> {
  if (choice === 'embedded') return undefined;
  if (choice !== 'shared') return choice;
  const database = await createDatabase();
  cleanups.push(() => database.drop());
  return database.url;
}

async function makeFolder(cleanups: Cleanup[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Every cleanup gets its turn; the first that failed fails the test. */
async function runBackwards(cleanups: Cleanup[]): Promise<void> {
  const failures: unknown[] = [];
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

function print(installation: Installation | undefined): void {
  process.stderr.write(`${installation?.logs() ?? 'the installation was not built'}\n`);
}
