/** The export process: the only file here that reads settings, makes the parts and starts them. Any number of it may run. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { AddressPolicy, loadTargets } from '@iotcore/export-targets';
import {
  type Cleanups,
  findDatabaseUrl,
  listenAt,
  openInOrder,
  ownAddresses,
  ownPorts,
  type ProcessContext,
  processPlace,
  runProcess,
  shownSettings,
  systemClock,
  version,
} from '@iotcore/process';
import { ChangeFeed, openDatabase, prepareDatabase } from '@iotcore/store';
import {
  findExportFigures,
  findShare,
  releaseLease,
  releaseLeases,
  renewLeases,
  takeLeases,
} from '@iotcore/store/exports';
import { ProcessReporter } from '@iotcore/store/processes';
import { LeaseKeeper } from './lease-keeper.ts';
import { CountersByExport } from './metrics/counters.ts';
import { Tidying } from './tidying.ts';

const loadSending = () => import('./open-runner.ts');
const loadMetrics = () =>
  Promise.all([import('./metrics/metrics.ts'), import('./metrics/operator-server.ts')]);

async function open({ settings, logger, signal }: ProcessContext, cleanups: Cleanups) {
  const url = (await findDatabaseUrl(settings)).reveal();
  const database = openDatabase(url, {
    logger,
    poolSize: settings.databasePoolSize,
    applicationName: 'iotcore export',
  });
  cleanups.add(() => database.close());
  const { pool } = database;
  const clock = systemClock;
  const policy = new AddressPolicy({
    allowedNetworks: settings.exportAllowedNetworks,
    own: { addresses: ownAddresses(), ports: ownPorts(settings, url) },
  });
  const counters = new CountersByExport();
  const holder = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const processId = randomUUID();
  const keeper = new LeaseKeeper({
    clock,
    share: () => findShare(pool, processId),
    take: (taking) => takeLeases(pool, holder, taking),
    renew: (leases) => renewLeases(pool, leases),
    giveBack: (lease) => releaseLease(pool, lease),
    giveBackAll: () => releaseLeases(pool, holder),
    // Loaded with the first export: most installations have none.
    open: async (leased, lost) => {
      const { openRunner } = await loadSending();
      return openRunner({ pool, policy, counters, logger, clock }, leased, lost, () => keeper.size);
    },
    failed: (error) => logger.warn({ err: error }, 'leases of exports could not be kept'),
  });
  const { exportMetricsHost: host, exportMetricsPort: port } = settings;
  const addresses: Record<string, string> = {};
  if (port !== undefined) {
    // Loaded where somebody asks for it: 8 MB of 35 that this process would take while it waits.
    const [{ createMetrics }, { createOperatorServer }] = await loadMetrics();
    const metrics = createMetrics({
      counters,
      figures: () => findExportFigures(pool),
      exportsHeld: () => keeper.size,
    });
    const server = createOperatorServer(metrics, () => pool.query('SELECT 1'));
    cleanups.add(() => server.close());
    const variables = { host: 'IOT_EXPORT_METRICS_HOST', port: 'IOT_EXPORT_METRICS_PORT' };
    addresses['exportMetrics'] = await listenAt({ host, port, variables }, (at) => server.listen(at));
  }

  await prepareDatabase(url, logger, signal);
  const feed = new ChangeFeed(url, {
    ...{ logger, clock },
    listener: {
      changed: (changes) => {
        if (changes.some(({ kind }) => kind === 'export')) keeper.wake();
      },
      missed: () => keeper.wake(),
    },
  });
  cleanups.add(() => feed.stop());
  await feed.start();
  signal.throwIfAborted();
  const tidying = new Tidying({
    ...{ pool, clock },
    failed: (error) => logger.warn({ err: error }, 'logs could not be tidied up'),
  });
  cleanups.add(() => tidying.stop());
  const facts = { settings: shownSettings(process.env) };
  const reporter = new ProcessReporter({
    db: pool,
    process: { id: processId, kind: 'export', version, place: processPlace(), facts },
    isReady: () => true,
    gauges: () => ({ databaseConnections: pool.totalCount, databaseWaiting: pool.waitingCount }),
    counts: () => ({}),
    failed: (error) => logger.warn({ err: error }, 'this process could not say how it is'),
  });
  cleanups.add(() => reporter.stop());
  await reporter.start();
  // After the reporter: only a process on that list counts when exports are shared out.
  cleanups.add(() => keeper.stop());
  keeper.start();
  logger.info({ holder, ...addresses }, 'sending');
  return addresses;
}

await runProcess({
  name: 'export',
  start: openInOrder(open),
  loadRest: () => Promise.all([loadSending(), loadMetrics(), loadTargets()]),
});
