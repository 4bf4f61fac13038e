/** The management API as a process: the only file here that reads settings, makes the parts and starts them. */
import { randomUUID } from 'node:crypto';
import {
  CallerDirectory,
  ControlPlane,
  InstallationKeys,
  idempotencyKeyHours,
  PageTokens,
} from '@iotcore/control';
import {
  findDatabaseUrl,
  listenAt,
  type ProcessContext,
  processPlace,
  type RunningProcess,
  runProcess,
  shownSettings,
  systemClock,
  version,
} from '@iotcore/process';
import { ChangeFeed, DatabaseUnavailableError, describeIdConflicts, prepareDatabase } from '@iotcore/store';
import { openControlStore } from '@iotcore/store/control';
import { ProcessReporter } from '@iotcore/store/processes';
import { buildApp } from './app.ts';
import { builtConsole } from './console/serve-console.ts';
import { readDataStreams } from './exports/data-streams-file.ts';
import { loadGrpc, openGrpcIfOn } from './grpc/index.ts';
import type { GrpcServer } from './grpc/open-grpc.ts';
import { Housekeeping } from './housekeeping.ts';
import { CallMetrics } from './metrics/call-metrics.ts';
import { type MetricsServer, serveMetrics } from './metrics/metrics-server.ts';
import { createOperationNeeds } from './operation-needs.ts';
import { keepAdminToken } from './provision/admin-token.ts';
import { keepSample } from './provision/sample.ts';

/**
 * What was remembered is not used when the change feed is further behind: a revocation must take effect in a second. The
 * feed looks every second, so it is rarely late by more.
 */
const mostBehindMs = 1200;

async function start({ settings, logger, signal }: ProcessContext): Promise<RunningProcess> {
  const url = (await findDatabaseUrl(settings)).reveal();

  const clock = systemClock;
  const database = openControlStore(url, {
    logger,
    now: clock.date,
    poolSize: settings.databasePoolSize,
    applicationName: 'iotcore api',
  });
  const { store } = database;
  let keys: InstallationKeys | undefined;
  const feed = new ChangeFeed(url, {
    ...{ logger, clock },
    listener: {
      changed: (changes) => {
        if (changes.some(({ kind }) => kind === 'account')) directory.forget();
        if (changes.some(({ kind }) => kind === 'signing-key')) keys?.forget();
      },
      missed: () => {
        directory.forget();
        keys?.forget();
      },
    },
  });
  const isCurrent = () => feed.behindMs < mostBehindMs;
  const directory = new CallerDirectory(store.read, isCurrent);

  let controlPlane: ControlPlane | undefined;
  const metrics = new CallMetrics();
  let metricsServer: MetricsServer | undefined;
  const isReady = async () => {
    if (controlPlane) await database.ping();
    return controlPlane !== undefined;
  };
  const dataStreams = await readDataStreams(settings.dataStreamsFile);
  const app = await buildApp({
    metrics,
    logger,
    controlPlane: () => controlPlane,
    isReady,
    receiveTimeoutMs: settings.apiReceiveTimeoutMs,
    trustedProxies: settings.apiTrustedProxies,
    consoleFolder: settings.console ? builtConsole : undefined,
    endpoints: { grpcAddress: settings.grpcAddress, tlsPort: () => grpc.tlsPort },
  });
  const grpc: GrpcServer = await openGrpcIfOn({
    ...{ app, settings, logger, metrics, isReady },
    controlPlane: () => controlPlane,
  });
  let reporter: ProcessReporter | undefined;
  const stopBasics = async () => {
    await Promise.all([grpc.close(), app.close()]);
    // What was answered until then is told.
    await reporter?.stop();
    await controlPlane?.stop();
    await metricsServer?.close();
    await feed.stop();
    await database.close();
  };
  try {
    const variables = { host: 'IOT_API_HOST', port: 'IOT_API_PORT' };
    const place = { host: settings.apiHost, port: settings.apiPort, variables };
    const address = await listenAt(place, (at) => app.listen(at));
    const grpcAddresses = await grpc.listen();
    const sources = {
      server: app.server,
      database: database.connections,
      changeFeedBehindMs: () => feed.behindMs,
    };
    metricsServer = await serveMetrics(metrics.registry, sources, settings);
    const { needs, pageTokens } = await whenDatabaseIsThere(async () => {
      await prepareDatabase(url, logger, signal);
      const conflicts = await database.findIdConflicts();
      const idsInConflict = describeIdConflicts(conflicts);
      if (idsInConflict) logger.warn({ conflicts }, idsInConflict);
      const installationKeys = await InstallationKeys.open(store, isCurrent);
      keys = installationKeys;
      const opened = createOperationNeeds(
        store,
        directory,
        installationKeys,
        settings,
        () => grpc.names,
        clock,
        url,
        dataStreams,
      );
      await keepAdminToken(settings.dataDir, store, opened.tokens, clock);
      if (settings.sample) await keepSample(settings.dataDir, store, opened.hasher, logger);
      return {
        needs: opened,
        pageTokens: new PageTokens(() => installationKeys.latest.secretFor('page tokens')),
      };
    });
    controlPlane = new ControlPlane({
      ...{ store, clock, pageTokens, needs },
      authenticator: needs.authenticator,
      logger,
      observer: metrics,
      callsPerSecond: settings.apiCallsPerSecond,
      rateWindowMs: settings.apiRateWindowMs,
    });
    await feed.start();
    const housekeeping = new Housekeeping(
      store,
      {
        connectionLogDays: settings.connectionLogDays,
        operationDays: settings.operationDays,
        auditEventDays: settings.auditDays,
        idempotencyKeyHours,
      },
      logger,
      clock.date,
    );
    const facts = { settings: shownSettings(process.env) };
    reporter = new ProcessReporter({
      db: database.connections,
      process: { id: randomUUID(), kind: 'api', version, place: processPlace(), facts },
      isReady: () => controlPlane !== undefined,
      gauges: () => ({
        databaseConnections: database.connections.totalCount,
        databaseWaiting: database.connections.waitingCount,
        changeFeedBehindMs: feed.behindMs,
      }),
      counts: () => ({ calls: metrics.calls }),
      failed: (error) => logger.warn({ err: error }, 'this process could not say how it is'),
    });
    await reporter.start();
    return {
      addresses: {
        api: address,
        ...grpcAddresses,
        ...(metricsServer && { apiMetrics: metricsServer.address }),
      },
      async stop() {
        await housekeeping.stop();
        await stopBasics();
      },
    };
  } catch (error) {
    await stopBasics();
    throw error;
  }
}

/** Tries until the database stays for long enough; `prepareDatabase` waits in between, and ends when asked to stop. */
async function whenDatabaseIsThere<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
    }
  }
}

await runProcess({ name: 'api', start, loadRest: loadGrpc });
