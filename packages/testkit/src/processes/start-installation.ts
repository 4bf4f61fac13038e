import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, inject, onTestFailed, onTestFinished } from 'vitest';
import { expectNothingKept, footprint } from '../bystanders/footprint.ts';
import { keepCertificates, seedCertificates } from '../certificates/run-certificates.ts';
import { createDatabase } from '../postgres/shared.ts';
import { findLeaks } from '../secrets/find-leaks.ts';
import { Installation, type ProgramName } from './installation.ts';
import { expectNoErrorLines, expectNoUncaughtErrors } from './uncaught-errors.ts';

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
   * starts its own. Anything else is the URL to use, of what `startPostgres` gives for instance.
   */
  readonly database?: 'shared' | 'embedded' | (string & {});
  /** Default: a new temporary folder with the certificates of the test run, removed at the end. */
  readonly dataDir?: string;
  /** Default true: resolves once all programs are ready. */
  readonly waitUntilReady?: boolean;
  /** Why its programs may have, and must have, errors that nobody caught. Default: they may not. */
  readonly provokedUncaughtErrors?: string;
}

export interface SharedInstallationOptions extends InstallationOptions {
  /** Why nobody else can be connected meanwhile. Default: bystanders are, and must be served after each test. */
  readonly withoutBystanders?: string;
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
 * inside them. Tests keep apart by using registries of their own. Whatever they do to it, a marker must be served after
 * each of them, and in the end its processes must hold what they held before, and have logged no error.
 */
export function sharedInstallation(options: SharedInstallationOptions = {}): () => Installation {
  const cleanups: Cleanup[] = [];
  let installation: Installation | undefined;
  beforeAll(async () => {
    installation = await build(options, cleanups);
    await installation.ready();
    await watch(installation, options, cleanups);
    await keepCertificates(inject('testRunFolder'), installation.dataDir);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') print(installation);
    else if (hasBystanders(options)) await installation?.bystanders.isServed();
  });
  afterAll(() => runBackwards(cleanups), 60_000);
  return () => {
    if (!installation) throw new Error('the installation is there within tests only');
    return installation;
  };
}

type Cleanup = () => Promise<unknown>;

const bothPlanes: readonly ProgramName[] = ['api', 'mqtt'];

async function build(options: InstallationOptions, cleanups: Cleanup[]): Promise<Installation> {
  const dataDir = options.dataDir ?? (await makeFolder(cleanups));
  const databaseUrl = await chooseDatabase(options.database ?? 'shared', cleanups);
  const installation = new Installation(dataDir, databaseUrl, {
    ...harnessSettings(options),
    IOT_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    ...options.env,
  });
  // In this order at the end: the last look at what runs, its end, the search of all that it left.
  cleanups.push(() => expectNoLeaks(installation));
  cleanups.push(async () => expectNoUncaughtErrors(installation, options.provokedUncaughtErrors));
  cleanups.push(() => installation.stop());
  cleanups.push(() => installation.readMetrics());
  for (const name of options.programs ?? bothPlanes) installation.start(name);
  return installation;
}

/** From now on to the end: what must be as it was, whatever is done to the installation. */
async function watch(
  installation: Installation,
  options: SharedInstallationOptions,
  cleanups: Cleanup[],
): Promise<void> {
  if (hasBystanders(options)) {
    await installation.startBystanders();
    cleanups.push(async () => installation.bystanders.close());
  }
  cleanups.push(async () => expectNoErrorLines(installation));
  const before = await footprint(installation);
  cleanups.push(() => expectNothingKept(installation, before));
}

function hasBystanders({ withoutBystanders, programs = bothPlanes }: SharedInstallationOptions): boolean {
  const isWhole = programs.includes('supervisor') || bothPlanes.every((plane) => programs.includes(plane));
  return isWhole && withoutBystanders === undefined;
}

function harnessSettings(options: InstallationOptions): Record<string, string | undefined> {
  return {
    IOT_API_PORT: '0',
    IOT_API_TLS_PORT: '',
    IOT_MQTTS_HOST: '127.0.0.1',
    IOT_MQTTS_PORT: '0',
    IOT_MQTT_PORT: '0',
    IOT_MQTT_ADMIN_PORT: '0',
    IOT_LOG_LEVEL: 'debug',
    // What tests wait for needs no company.
    IOT_INTERNAL_MQTT_LOG_FLUSH_MS: '50',
    IOT_INTERNAL_MQTT_MONITORING_ROUND_MS: '200',
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

/** Whatever the tests were about: no secret may stand where people read. */
async function expectNoLeaks(installation: Installation): Promise<void> {
  const leaks = await findLeaks(installation);
  if (leaks.length > 0) throw new Error(`secrets stand where they must not: ${leaks.join(', ')}`);
}

async function makeFolder(cleanups: Cleanup[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await seedCertificates(inject('testRunFolder'), folder);
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
