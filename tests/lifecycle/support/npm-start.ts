import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, eventually, isFull, preparePrograms, programFile, seedCluster } from '@iotcore/testkit';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { familyOf, type ProcessEntry, survivors } from './process-table.ts';

/** The first start makes a database and keys. */
const startPatienceMs = 60_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A command that starts programs, and all processes that come of it. */
export class NpmStart {
  readonly dataDir: string;
  readonly command: Command;
  /** As of the time when everything was ready. */
  family: readonly ProcessEntry[] = [];

  constructor(dataDir: string, env: Environment, [program, ...args]: readonly [string, ...string[]]) {
    this.dataDir = dataDir;
    const ports = [
      'IOT_API_PORT',
      'IOT_API_TLS_PORT',
      'IOT_MQTTS_PORT',
      'IOT_MQTT_PORT',
      'IOT_MQTT_ADMIN_PORT',
    ];
    this.command = new Command(program, args, {
      ...Object.fromEntries(ports.map((name) => [name, '0'])),
      IOT_MQTTS_HOST: '127.0.0.1',
      IOT_DATA_DIR: dataDir,
      // To build it takes an installation of its own; tests/console has what it does.
      IOT_CONSOLE: 'off',
      ...env,
    });
  }

  async ready(line = /IoT Core is ready/): Promise<this> {
    await this.command.line(line, startPatienceMs);
    this.family = familyOf(this.command.pid);
    return this;
  }

  /** The one process of the family whose command line matches. */
  pidOf(what: RegExp): number {
    const matching = this.family.filter(({ command }) => what.test(command));
    const [first] = matching;
    if (first === undefined) throw new Error(`no process like ${what}: ${JSON.stringify(this.family)}`);
    return first.pid;
  }

  /** What another program finds in the data folder. */
  async runFile(): Promise<{ addresses: Record<string, string>; databaseUrl: string }> {
    return JSON.parse(await readFile(join(this.dataDir, 'run.json'), 'utf8'));
  }

  /** Everything that ran has ended, or ends soon. */
  async nothingIsLeft(): Promise<void> {
    await eventually('the end of every process', () => survivors(this.family).length === 0);
    expect(survivors(this.family)).toEqual([]);
  }
}

export const theSupervisor = /\/supervisor\/(src\/main\.ts|main\.mjs)/;
export const theApi = /\/api\/(src\/main\.ts|main\.mjs)/;
export const theMqttServer = /\/mqtt\/(src\/main\.ts|main\.mjs)/;
/** The server itself, not one of its children. */
export const thePostgres = /bin\/postgres -D/;

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** One in which a database was made: for starts that are about something else. */
export async function folderWithDatabase(): Promise<string> {
  const folder = await temporaryFolder();
  await seedCluster(folder);
  return folder;
}

/** Declares one folder for all tests of a file, with a database; the returned function names it inside them. */
export function sharedFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
    await seedCluster(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return () => folder;
}

/** `npm start` as it is typed, and ready. Whatever is left of it goes with the test. */
export function npmStart(dataDir: string, env: Environment = {}): Promise<NpmStart> {
  return npmRun('start', dataDir, env).ready();
}

/** The same where npm has no part in what a test is about: what it runs, which starts in half of the time; `npm run test:full` types it. */
export async function started(dataDir: string, env: Environment = {}): Promise<NpmStart> {
  if (isFull) return npmStart(dataDir, env);
  await preparePrograms();
  return run(dataDir, env, [process.execPath, programFile('supervisor')]).ready();
}

/** Not waited for: it is to be refused, or is something else than the whole. */
export function npmRun(script: string, dataDir: string, env: Environment = {}): NpmStart {
  return run(dataDir, env, script === 'start' ? ['npm', 'start'] : ['npm', 'run', script]);
}

function run(dataDir: string, env: Environment, command: readonly [string, ...string[]]): NpmStart {
  const start = new NpmStart(dataDir, env, command);
  onTestFinished(() => endAll(start));
  return start;
}

function endAll(start: NpmStart): void {
  killOutright(survivors(start.family));
}

/** `kill -9`. Some of them may end by the death of others before it is their turn. */
export function killOutright(family: readonly ProcessEntry[]): void {
  for (const { pid } of family) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
