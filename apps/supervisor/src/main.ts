/**
 * `npm start`: the embedded Postgres, the API, the MQTT server and, once there are exports, the export process as processes of
 * their own, watched, and stopped in order. With the argument `db` only the database; with `console` the web console is built
 * beside them, as a clone needs it.
 */
import {
  type Cleanups,
  openInOrder,
  type ProcessContext,
  removeRunFile,
  runProcess,
  Secret,
  type Settings,
  StartupError,
  withMemorySettings,
  writeRunFile,
} from '@iotcore/process';
import { EmbeddedPostgres, EmbeddedPostgresError } from '@iotcore/store/embedded';
import { banner } from './banner.ts';
import { buildConsole } from './console-build.ts';
import { isJournal } from './journal.ts';
import { lockDataFolder } from './machine/data-folder-lock.ts';
import { FreeDisk, freeBytesOf } from './machine/free-disk.ts';
import { requireFreePorts } from './machine/free-ports.ts';
import { takeServiceManager } from './machine/service-manager.ts';
import { SupervisedProcess } from './processes/child-process.ts';
import { type Kept, keepRunning } from './processes/keep-running.ts';
import {
  adminPorts,
  clusterEnvironment,
  connectionsOfNode,
  countProcesses,
  makeSocketFolder,
  startTogether,
} from './processes/mqtt-processes.ts';
import { WhenNeeded } from './processes/when-needed.ts';
import { sampleFor } from './sample.ts';
import { signInLink } from './sign-in-link.ts';

/** What `npm start` promises is 5 s; a little is left for the way out. */
const stopDeadlineMs = 4800;
/** What was started by a supervisor that was killed notices it, and stops within this time, in ms. */
const remainsMs = 5000;
const databaseOnly = process.argv[2] === 'db';
const inClone = process.argv[2] === 'console';

async function open({ settings, logger, signal }: ProcessContext, cleanups: Cleanups) {
  const { dataDir } = settings;
  const manager = takeServiceManager(process.env, (error) =>
    logger.warn({ err: error }, 'systemd could not be told'),
  );
  signal.addEventListener('abort', () => void manager?.stopping());
  const lock = await lockDataFolder(dataDir, signal);
  cleanups.add(async () => lock.release());
  // From then on a new start waits for this one's end instead of being refused.
  signal.addEventListener('abort', () => lock.announceStop());
  const disk = new FreeDisk({ logger, freeBytes: () => freeBytesOf(dataDir) });
  cleanups.add(() => disk.stop());
  await disk.start();
  const processes = countProcesses(settings);
  const mqttAdminPorts = adminPorts(settings, processes);
  if (!databaseOnly) await requireFreePorts(settings, mqttAdminPorts, lock.succeeds ? remainsMs : 0, signal);
  if (inClone && settings.console) cleanups.add(buildConsole());

  const databaseUrl = settings.databaseUrl ?? (await startDatabase());
  await writeRunFile(dataDir, { pid: process.pid, databaseUrl, addresses: {} });
  cleanups.add(() => removeRunFile(dataDir));
  if (databaseOnly) {
    tell(`The database of ${dataDir} is ready. Ctrl-C stops it.\n`);
    manager?.ready();
    return {};
  }

  signal.throwIfAborted();
  const sockets = processes > 1 ? await makeSocketFolder(settings) : undefined;
  const env = environmentOfChildren(settings, databaseUrl);
  const exporter = exportProcess(env);
  // Without exports it would only wait.
  const lateExporter = new WhenNeeded(exporter, logger);
  const { api, mqtt } = planes(env, mqttAdminPorts, sockets, () => void lateExporter.need());
  const children = [api, ...mqtt];
  for (const child of [...children, exporter]) atExit(() => child.kill());
  const kept: Kept[] = [lateExporter];
  const stopAll = () => Promise.all([...kept, ...children].map((one) => one.stop()));
  cleanups.add(stopAll);
  // While they start, being asked to stop must end them: only then does their start come to an end.
  const stopEarly = () => void stopAll();
  signal.addEventListener('abort', stopEarly);
  tell('starting the API and the MQTT server');
  // Who asks for its metrics finds it from the beginning.
  const isWatched = settings.exportMetricsPort !== undefined;
  await Promise.all([api.start(), startTogether(mqtt), isWatched && lateExporter.need()]);
  signal.removeEventListener('abort', stopEarly);
  signal.throwIfAborted();
  for (const child of children) kept.push(keepRunning(child, logger));

  const addresses = Object.assign({}, api.addresses, mqtt[0]?.addresses, exporter.addresses);
  await writeRunFile(dataDir, { pid: process.pid, databaseUrl, addresses });
  const isKept = isJournal(process.stdout.fd, process.env['JOURNAL_STREAM']);
  // A code is a secret: where output is kept there is none, and `iotcore console` makes one.
  const page = settings.console && !isKept ? api.addresses['api'] : undefined;
  const consoleLink = page && (await signInLink(dataDir, page));
  process.stdout.write(await banner(dataDir, addresses, { isKept, consoleLink }));
  manager?.ready();
  return addresses;

  async function startDatabase(): Promise<Secret> {
    tell('starting the database');
    try {
      const postgres = await EmbeddedPostgres.open({
        dataDir,
        logger,
        maxConnections: maxConnections(settings),
        signal,
      });
      cleanups.add(() => postgres.stop());
      atExit(() => postgres.kill());
      await postgres.start();
      const runnable = {
        name: 'Postgres',
        start: () => postgres.start(),
        ended: () => postgres.ended(),
        stop: () => postgres.stop(),
      };
      const keptPostgres = keepRunning(runnable, logger);
      cleanups.add(() => keptPostgres.stop());
      return new Secret(postgres.url);
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw new StartupError(error.message);
      throw error;
    }
  }
}

/** However this process comes to its end (too slow a stop, an uncaught error), nothing is left running. */
function atExit(kill: () => void): void {
  process.on('exit', kill);
}

/** Processes with a pool and a change feed each, the same again while a new version starts beside, and tools. */
function maxConnections(settings: Settings): number {
  const processes = countProcesses(settings);
  const ofClusters = processes > 1 ? processes * connectionsOfNode : 0;
  return 2 * (2 + processes) * (settings.databasePoolSize + 1) + 20 + ofClusters;
}

function environmentOfChildren(settings: Settings, databaseUrl: Secret): NodeJS.ProcessEnv {
  const sample = sampleFor(process.env, settings);
  return withMemorySettings({
    ...process.env,
    IOT_SAMPLE: sample,
    DATABASE_URL: databaseUrl.reveal(),
  });
}

interface Planes {
  readonly api: SupervisedProcess;
  readonly mqtt: readonly SupervisedProcess[];
}

function planes(
  env: NodeJS.ProcessEnv,
  mqttAdminPorts: readonly number[],
  sockets: string | undefined,
  exportsFound: () => void,
): Planes {
  const api = new SupervisedProcess({
    name: 'the API',
    entry: new URL('../../api/src/main.ts', import.meta.url),
    env,
    portVariables: {
      api: 'IOT_API_PORT',
      apiTls: 'IOT_API_TLS_PORT',
      apiGrpc: 'IOT_API_GRPC_PORT',
      apiMetrics: 'IOT_API_METRICS_PORT',
    },
  });
  const ofCluster = sockets === undefined ? {} : clusterEnvironment(sockets);
  const mqtt = mqttAdminPorts.map((adminPort, index) => {
    return new SupervisedProcess({
      name: mqttAdminPorts.length === 1 ? 'the MQTT server' : `MQTT server ${index + 1}`,
      entry: new URL('../../mqtt/src/main.ts', import.meta.url),
      env: { ...env, ...ofCluster, IOT_MQTT_ADMIN_PORT: String(adminPort) },
      portVariables: { mqtts: 'IOT_MQTTS_PORT', mqtt: 'IOT_MQTT_PORT', admin: 'IOT_MQTT_ADMIN_PORT' },
      exportsFound,
    });
  });
  return { api, mqtt };
}

function exportProcess(env: NodeJS.ProcessEnv): SupervisedProcess {
  return new SupervisedProcess({
    name: 'the export process',
    entry: new URL('../../export/src/main.ts', import.meta.url),
    env,
    portVariables: { exportMetrics: 'IOT_EXPORT_METRICS_PORT' },
  });
}

/** Progress, for an operator at a terminal; on standard error, away from the log. */
function tell(text: string): void {
  process.stderr.write(`iotcore: ${text}\n`);
}

await runProcess({ name: 'iotcore', start: openInOrder(open), stopDeadlineMs });
