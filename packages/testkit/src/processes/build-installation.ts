import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanups } from '@iotcore/process';
import { inject } from 'vitest';
import { seedCertificates } from '../certificates/run-certificates.ts';
import { createDatabase } from '../postgres/shared.ts';
import type { ProgramName } from '../programs/program-bundles.ts';
import { preparePrograms } from '../programs/programs.ts';
import { findLeaks, type Since } from '../secrets/find-leaks.ts';
import { Installation } from './installation.ts';
import { expectNoUncaughtErrors } from './uncaught-errors.ts';

export interface InstallationOptions {
  /** Default: `api` and `mqtt`; beside another installation `mqtt` alone. */
  readonly programs?: readonly ProgramName[];
  /** Settings over those of the harness; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Create the sample registry and device? Default false. */
  readonly sample?: boolean;
  /** Default: TEST_MQTT_ENGINE of the test run, else the server's own default. */
  readonly engine?: 'aedes' | 'native';
  /**
   * Default `shared`: a database of its own in the Postgres of the test run. `embedded`: none is given, the supervisor
   * starts its own. Anything else is the URL to use, of what `startPostgres` gives for instance, or says it when it is known.
   */
  readonly database?: 'shared' | 'embedded' | (string & {}) | (() => string);
  /** Another installation whose API and database it uses: for a MQTT server with settings of its own, which costs a third of both. */
  readonly beside?: () => Installation;
  /** Default: a new temporary folder with the certificates of the test run, removed at the end. */
  readonly dataDir?: string;
  /** Default true: resolves once all programs are ready. */
  readonly waitUntilReady?: boolean;
  /** Why its programs may have, and must have, errors that nobody caught. Default: they may not. */
  readonly provokedUncaughtErrors?: string;
}

/** What is started. */
export function programsOf({ programs, beside }: InstallationOptions): readonly ProgramName[] {
  return programs ?? (beside ? ['mqtt'] : ['api', 'mqtt']);
}

/** Starts the programs of an installation, and does not wait for them. */
export async function buildInstallation(
  options: InstallationOptions,
  cleanups: Cleanups,
): Promise<Installation> {
  const dataDir = options.dataDir ?? (await makeFolder(cleanups));
  const beside = options.beside?.();
  const choice = typeof options.database === 'function' ? options.database() : options.database;
  const databaseUrl = beside?.databaseUrl ?? (await chooseDatabase(choice ?? 'shared', cleanups));
  await preparePrograms();
  const settings = {
    ...harnessSettings(options),
    IOT_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    ...options.env,
  };
  const installation = new Installation(dataDir, databaseUrl, settings, beside);
  // In this order at the end: the last look at what runs, its end, the search of all that it left.
  cleanups.add(() => installation.closeDatabase());
  cleanups.add(() => expectNoLeaks(installation));
  cleanups.add(async () => expectNoUncaughtErrors(installation, options.provokedUncaughtErrors));
  cleanups.add(() => installation.stop());
  cleanups.add(() => installation.readMetrics());
  for (const name of programsOf(options)) installation.start(name);
  return installation;
}

/** Whatever the tests were about: no secret may stand where people read. */
export async function expectNoLeaks(installation: Installation, since?: Since): Promise<void> {
  const leaks = await findLeaks(installation, { since });
  if (leaks.length > 0) throw new Error(`secrets stand where they must not: ${leaks.join(', ')}`);
}

function harnessSettings(options: InstallationOptions): Record<string, string | undefined> {
  return {
    IOT_API_PORT: '0',
    IOT_API_TLS_HOST: '127.0.0.1',
    IOT_API_TLS_PORT: '0',
    IOT_MQTTS_HOST: '127.0.0.1',
    IOT_MQTTS_PORT: '0',
    IOT_MQTT_PORT: '0',
    IOT_MQTT_ADMIN_PORT: '0',
    IOT_LOG_LEVEL: 'debug',
    // Tests make thousands of them: at their usual cost, an eighth of the work of all programs.
    IOT_INTERNAL_PASSWORD_HASH_KIB: '64',
    IOT_INTERNAL_MQTT_WARM_UP: 'off',
    // What tests wait for needs no company.
    IOT_INTERNAL_MQTT_LOG_FLUSH_MS: '50',
    IOT_INTERNAL_MQTT_MONITORING_ROUND_MS: '200',
    // Tests that share an installation make more exports than one machine would keep logs for.
    IOT_EXPORT_STORE_BYTES: String(512 * 1024 ** 3),
    // A name that nothing answers at: what is tested is how such exports are added.
    IOT_DATA_STREAMS_FILE: join(import.meta.dirname, 'data-streams.json'),
    IOT_SAMPLE: options.sample ? 'on' : 'off',
    // On somebody else's database its MQTT server is looked at alone, beside the one that is there.
    IOT_INTERNAL_MQTT_BESIDE_OTHERS:
      options.beside || !/^(shared|embedded)?$/.test(String(options.database ?? '')) ? 'on' : undefined,
    IOT_MQTT_ENGINE: options.engine ?? process.env['TEST_MQTT_ENGINE'],
  };
}

async function chooseDatabase(choice: string, cleanups: Cleanups): Promise<string | undefined> {
  if (choice === 'embedded') return undefined;
  if (choice !== 'shared') return choice;
  const database = await createDatabase();
  cleanups.add(() => database.drop());
  return database.url;
}

async function makeFolder(cleanups: Cleanups): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  cleanups.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await seedCertificates(inject('testRunFolder'), folder);
  return folder;
}
