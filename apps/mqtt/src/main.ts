/** The MQTT server as a process: the only file here that reads settings, makes the parts and starts them. */
import type { CreateEngine } from '@iotcore/engine';
import { createNativeEngine } from '@iotcore/engine/native';
import {
  type Cleanups,
  findDatabaseUrl,
  hasEnded,
  openInOrder,
  type ProcessContext,
  processPlace,
  runProcess,
  shownSettings,
  systemClock,
  tellParent,
  version,
} from '@iotcore/process';
import { CertificateKeeper } from '@iotcore/server-certificate';
import { ChangeFeed, prepareDatabase } from '@iotcore/store';
import {
  findPublicSigningKey,
  listEarlierNodes,
  ping,
  removeNodes,
  renewNode,
} from '@iotcore/store/data-plane';
import { hasExportLogs } from '@iotcore/store/exports';
import { ProcessReporter } from '@iotcore/store/processes';
import { createAdminServer, listenAdmin } from './admin/admin-server.ts';
import { publishForApi } from './admin/api-publish.ts';
import { ApiTokens } from './admin/api-tokens.ts';
import { addClusterMetrics } from './admin/cluster-metrics.ts';
import { createMetrics } from './admin/metrics.ts';
import { readMaxOpenFiles } from './admin/open-files.ts';
import { addTenantMetrics } from './admin/tenant-metrics.ts';
import { canReach, isClustered, isCutOff, openCluster } from './cluster/open-cluster.ts';
import { createDataPlane } from './data-plane.ts';
import { openDatabasePools } from './database-pools.ts';
import { openListeners } from './listeners/open-listeners.ts';
import { ThrottledLog } from './logging/throttled-log.ts';
import { isDatabaseAway } from './lookups.ts';
import { NodeRegistration, newNodeId, reachableUrl } from './node/node-registration.ts';
import { type OnlyNodeParts, requireNoStrangers } from './node/only-node.ts';
import { route, routeRetained } from './rights/rights.ts';
import { readTenantLimits } from './tenants/read-tenant-limits.ts';
import { warmUp } from './warm-up/warm-up.ts';

async function open({ settings, logger, signal }: ProcessContext, cleanups: Cleanups) {
  const url = (await findDatabaseUrl(settings)).reveal();
  const clock = systemClock;
  const throttled = new ThrottledLog(settings.mqttRepeatedLineMs, clock.nowMs);
  const failed = (what: string) => (error: unknown) =>
    throttled.say(what, (heldBack) => logger.warn({ err: error, heldBack }, what));

  const certificate = await CertificateKeeper.open(settings, {
    failed: failed('the server certificate could not be renewed'),
    expiresSoon: (notAfter) => logger.warn({ notAfter }, 'the server certificate ends soon: replace it'),
  });
  cleanups.add(() => certificate.stop());

  const { pools, close } = openDatabasePools(url, settings.databasePoolSize, {
    logger,
    applicationName: 'iotcore mqtt',
  });
  cleanups.add(close);

  const nodeId = newNodeId();
  const cluster = isClustered(settings)
    ? await openCluster({ settings, databaseUrl: url, nodeId, clock, logger, throttled })
    : undefined;
  if (cluster) cleanups.add(() => cluster.stop());

  const tokens = new ApiTokens((kid) => findPublicSigningKey(pools.lookups, kid));
  const plane = createDataPlane({
    createEngine: cluster?.createEngine ?? (await loadEngine(settings.mqttEngine)),
    engineOptions: {
      pace: { tickMs: settings.mqttTickMs, fromPerSecond: settings.mqttTickFromPerSecond },
    },
    pools,
    acceptExpiredCertificates: settings.expiredCertificates === 'accept',
    tenantLimits: readTenantLimits(settings),
    permanentQuotas: {
      device: {
        topics: settings.quotaPermanentTopicsPerDevice,
        bytes: settings.quotaPermanentBytesPerDevice,
      },
      registry: {
        topics: settings.quotaPermanentTopicsPerRegistry,
        bytes: settings.quotaPermanentBytesPerRegistry,
      },
    },
    deviceSilentMs:
      settings.deviceSilentMinutes && settings.deviceSilentMinutes * settings.mqttSilentMinuteMs,
    cluster,
    passwordHashKib: settings.passwordHashKib,
    timing: {
      connectTimeoutMs: settings.mqttConnectTimeoutMs,
      wrongPasswordBeatMs: settings.mqttWrongPasswordBeatMs,
      forgivesFailedLogins: settings.mqttLoginRefill,
      logFlushMs: settings.mqttLogFlushMs,
      monitoringRoundMs: settings.mqttMonitoringRoundMs,
    },
    ...{ clock, logger, throttled },
    signingKeysChanged: () => tokens.forget(),
    exportsFound: () => void tellParent({ type: 'exports' }),
  });
  const { engine, counters, rights, lookups, monitoring } = plane;
  const feed = new ChangeFeed(url, {
    ...{ logger, clock },
    listener: plane.changeListener,
    pollIntervalMs: settings.mqttChangesPollMs,
  });
  const listeners = openListeners({
    ...{ settings, counters, logger, throttled, certificate },
    refused: plane.refused,
    isBlocked: (address) => plane.networkBlocks.isBlocked(address),
  });

  let serving = false;
  const metrics = createMetrics({
    ...plane,
    engine: () => engine.stats(),
    connections: () => listeners.connections,
    acceptsWaiting: () => listeners.acceptsWaiting,
    acceptsPostponed: () => listeners.acceptsPostponed,
    handshakesUnderWay: () => listeners.handshakesUnderWay,
    certificateEnd: () => certificate.current.notAfter,
    changeFeedBehindMs: () => feed.behindMs,
  });
  addTenantMetrics(metrics, plane.tenants, settings.mqttMetricsTenants);
  if (cluster) addClusterMetrics(metrics, () => cluster.status);
  const admin = createAdminServer({
    ...{ logger, metrics },
    isServing: () => serving,
    facts: {
      maxConnections: settings.mqttMaxConnections,
      maxOpenFiles: await readMaxOpenFiles(),
      proxyNetworks: settings.mqttProxyProtocolFrom,
    },
    cluster,
    pingDatabase: () => ping(pools.lookups),
    isFromApi: (authorization) => tokens.isValid(authorization),
    ...{ isDatabaseAway, isCutOff },
    watch: (request) => plane.watches.open(request),
    publish: (message, isRecorder) =>
      publishForApi(
        {
          findIdentity: lookups.identity,
          route: (principal, topic) => route(rights, principal, topic),
          publish: (to, payload, qos) => engine.publish(to, payload, qos),
          published: (principal) => monitoring.published(principal),
          record: (deviceId, taps, payload, qos) => plane.recorder.record(deviceId, taps, payload, qos),
        },
        message,
        isRecorder,
      ),
  });
  cleanups.add(() => admin.close());
  const adminUrl = await listenAdmin(admin, settings.mqttAdminHost, settings.mqttAdminPort);

  await prepareDatabase(url, logger, signal);
  cleanups.add(() => feed.stop());
  await feed.start();
  // It reads until it can: a stop that comes while the database is away again must not wait for that.
  signal.addEventListener('abort', () => void plane.networkBlocks.stop(), { once: true });
  await plane.networkBlocks.reload();
  signal.throwIfAborted();
  await plane.exports.load();
  // An export process removes what is left of exports that are gone, too.
  if (await hasExportLogs(pools.lookups)) await tellParent({ type: 'exports' });

  const inCluster = cluster !== undefined;
  const registration = new NodeRegistration({
    ...{ id: nodeId, inCluster, place: processPlace() },
    url: settings.mqttAdminUrl ?? reachableUrl(adminUrl),
    renew: (node) => renewNode(pools.lookups, node),
    remove: (id) => removeNodes(pools.lookups, [id]),
    failed: failed('this node could not be registered'),
  });
  cleanups.add(() => registration.stop());
  await registration.start();
  const strangers: OnlyNodeParts = {
    ...{ inCluster, hasEnded },
    canReach: (node) => canReach(settings, node),
    list: () => listEarlierNodes(pools.lookups, nodeId),
    remove: (ids) => removeNodes(pools.lookups, ids),
    waiting: (urls) => logger.info({ urls }, 'waiting until it is known whether another MQTT server lives'),
  };
  if (!settings.mqttBesideOthers) await requireNoStrangers(strangers, signal);

  // After everything else has stopped: what is handled until then is told.
  let reporter: ProcessReporter | undefined;
  cleanups.add(async () => reporter?.stop());
  cleanups.add(() => plane.stop());
  await cluster?.join(signal, async (registryId, topic) => routeRetained(rights, registryId, topic));
  if (settings.mqttWarmUp && settings.mqttEngine === 'native') {
    await warmUp().catch((err: unknown) => logger.warn({ err }, 'the code could not be warmed up'));
  }
  cleanups.add(() => listeners.close());
  const addresses = await listeners.open(plane.accept);
  serving = true;
  cleanups.add(async () => {
    serving = false;
  });

  // First of all, so that the API hands nothing more to a node that stops.
  cleanups.add(() => registration.stop());
  reporter = new ProcessReporter({
    db: pools.lookups,
    process: {
      ...{ id: nodeId, kind: 'mqtt', version, place: processPlace() },
      facts: {
        settings: shownSettings(process.env),
        listeners: addresses,
        tlsNames: settings.tlsNames,
        caCertificate: await certificate.readAuthority(),
        limits: {
          connections: settings.mqttMaxConnections,
          connectionsPerPrincipal: settings.mqttMaxConnectionsPerPrincipal,
        },
      },
    },
    isReady: () => serving && (cluster?.isGood ?? true),
    gauges: () => ({
      connections: engine.stats().sessions,
      subscriptions: engine.stats().subscriptions,
      changeFeedBehindMs: feed.behindMs,
    }),
    counts: () => {
      const { messagesReceived, messagesSent, messagesDropped } = engine.stats();
      return { messagesReceived, messagesSent, messagesDropped, refused: counters.refusals };
    },
    takeTenants: () => plane.tenants.takeActivity(),
    failed: failed('this process could not say how it is'),
  });
  await reporter.start();
  plane.sessions.start(nodeId);
  // Before the registration goes, and with it what was recorded.
  cleanups.add(() => plane.sessions.stop());
  logger.info({ ...addresses, admin: adminUrl, engine: settings.mqttEngine }, 'serving');
  return { ...addresses, admin: adminUrl };
}

/** The second engine is loaded only where it is chosen: its libraries cost memory. */
async function loadEngine(name: 'native' | 'aedes'): Promise<CreateEngine> {
  return name === 'native' ? createNativeEngine : (await import('@iotcore/engine-aedes')).createAedesEngine;
}

await runProcess({ name: 'mqtt', start: openInOrder(open) });
