/** Builds the data plane from its parts: an engine, and everything that answers its questions. No listener, no settings. */
import { createPasswordHasher } from '@iotcore/credentials';
import type { CreateEngine, Engine, EngineOptions, SessionInfo } from '@iotcore/engine';
import { createId } from '@iotcore/model';
import { type Clock, type Logger, PeriodicTask, SummedLines } from '@iotcore/process';
import type { ChangeListener } from '@iotcore/store';
import {
  addLiveSessions,
  findDeviceActivities,
  forgetRefusedClients,
  type PermanentQuotas,
  RowsLockedError,
  readNetworkBlocks,
  readRetainedMessages,
  removeLiveSessions,
  adoptPassword as storeAdoptedPassword,
  writeDeviceActivities,
  writeDevicesPublished,
  writeLogLines,
  writeRefusedClients,
  writeRetainedMessages,
} from '@iotcore/store/data-plane';
import { appendChunks, findExportSources, findWaitingShare, trimLog } from '@iotcore/store/exports';
import { adoptionRecord } from './authentication/adoption-record.ts';
import { type AuthenticatorParts, authenticate } from './authentication/authenticator.ts';
import { createCertificateCache } from './authentication/certificate-login.ts';
import { createEqualDelay } from './authentication/equal-delay.ts';
import { LoginThrottle } from './authentication/login-throttle.ts';
import {
  adoptPassword,
  countAdoptionAttempts,
  type PasswordAdoptionParts,
} from './authentication/password-adoption.ts';
import { VerifiedCredentials } from './authentication/verified-credentials.ts';
import { NetworkBlocks } from './blocks/network-blocks.ts';
import { RecentChanges } from './caching/recent-changes.ts';
import { type Client, principalKey, type SubjectKey } from './clients/client.ts';
import { LiveClients } from './clients/live-clients.ts';
import type { Cluster } from './cluster/open-cluster.ts';
import { ConnectionLog } from './connection-log/connection-log.ts';
import {
  exportDiscardedLine,
  exportFillingLine,
  passwordAdoptedLine,
  permanentQuotaLine,
  silentLine,
} from './connection-log/lines.ts';
import type { DatabasePools } from './database-pools.ts';
import { DeviceDirectory } from './directory/device-directory.ts';
import { findDevices } from './directory/device-finder.ts';
import { engineLimits } from './engine-limits.ts';
import { createEventTeller } from './exports/client-events.ts';
import { ExportDirectory } from './exports/export-directory.ts';
import { ExportRecorder } from './exports/export-recorder.ts';
import { FillingLines } from './exports/filling-lines.ts';
import { closingReasons } from './hosting/closing-reasons.ts';
import { ConnectionCounters } from './hosting/connection-counters.ts';
import { createEngineHost } from './hosting/engine-host.ts';
import type { ThrottledLog } from './logging/throttled-log.ts';
import { createLookups, isDatabaseAway, type Lookups } from './lookups.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { SilentDevices } from './monitoring/silent-devices.ts';
import { type Refused, RefusedClients } from './refused-clients/refused-clients.ts';
import { RetainedMessages } from './retained/retained-messages.ts';
import { createChangeListener } from './revocation/change-listener.ts';
import { Revoker } from './revocation/revoker.ts';
import { grant, type RightsParts } from './rights/rights.ts';
import { SessionRecorder } from './sessions/session-recorder.ts';
import { FleetUsage } from './tenants/fleet-usage.ts';
import type { LimitReached } from './tenants/tenant.ts';
import type { TenantLimits } from './tenants/tenant-limits.ts';
import { Tenants } from './tenants/tenants.ts';
import { Watches } from './watches/watches.ts';

/** Times that service never sets otherwise; tests do (`IOT_INTERNAL_…` in docs/settings.md). */
export interface DataPlaneTiming {
  readonly connectTimeoutMs: number;
  readonly wrongPasswordBeatMs: number;
  /** Whether failed logins are forgiven as time passes. */
  readonly forgivesFailedLogins: boolean;
  readonly logFlushMs: number;
  readonly monitoringRoundMs: number;
}

export interface DataPlaneOptions {
  readonly createEngine: CreateEngine;
  readonly engineOptions: EngineOptions;
  readonly pools: DatabasePools;
  readonly acceptExpiredCertificates: boolean;
  readonly tenantLimits: TenantLimits;
  readonly permanentQuotas: PermanentQuotas;
  /** After which a device counts as silent; undefined: nobody is told. */
  readonly deviceSilentMs: number | undefined;
  /** Of which this process is a node; undefined: it is alone. */
  readonly cluster: Pick<Cluster, 'incarnation' | 'fleet' | 'retainedWasRead'> | undefined;
  /** The cost of the hash of an adopted password, and of the check of a password for an unknown ID. */
  readonly passwordHashKib: number;
  readonly timing: DataPlaneTiming;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly throttled: ThrottledLog;
  /** Keys that sign what the API says came or went. */
  signingKeysChanged(): void;
  /** There are exports: told often. */
  exportsFound(): void;
}

export interface DataPlane {
  readonly engine: Engine<Client>;
  /** Takes a connection from a listener. */
  readonly accept: Engine<Client>['accept'];
  readonly lookups: Lookups;
  readonly rights: RightsParts;
  readonly monitoring: Monitoring;
  readonly counters: ConnectionCounters;
  readonly tenants: Tenants;
  /** No address is blocked before they have been loaded. */
  readonly networkBlocks: NetworkBlocks;
  /** To be started once this node is registered. */
  readonly sessions: SessionRecorder;
  readonly watches: Watches;
  /** To be told of clients that are refused before the engine has them. */
  refused(refused: Refused): void;
  readonly exports: ExportDirectory;
  readonly recorder: ExportRecorder;
  /** To be told what the control plane changes. */
  readonly changeListener: ChangeListener;
  cacheSizes(): Readonly<Record<string, number>>;
  passwordsBeingChecked(): number;
  retainedMessagesPending(): number;
  logLinesDropped(): number;
  /** Ends all sessions and writes what is left. */
  stop(): Promise<void>;
}

/** The other nodes of a cluster are told so often what is used here of limits that are shared. */
const tellUsageMs = 1_000;

export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { pools, logger, throttled, timing, clock } = options;
  const pool = pools.lookups;
  const lookups = createLookups(pool);
  const failed = (what: string) => (error: unknown) =>
    throttled.say(what, (heldBack) => logger.warn({ err: error, heldBack }, what));

  const changes = new RecentChanges();
  const clients = new LiveClients();
  const counters = new ConnectionCounters();
  const hasher = createPasswordHasher({ memoryKib: options.passwordHashKib });
  const verified = new VerifiedCredentials();
  const certificates = createCertificateCache();
  const directory = new DeviceDirectory(changes, lookups.device);

  const usage = options.cluster && new FleetUsage(options.cluster.fleet);
  const tellUsage = usage && new PeriodicTask(async () => usage.tell()).every(tellUsageMs);
  const limitReached: LimitReached = (limit, tenant) => {
    counters.tenantLimitReached(limit);
    throttled.say(`tenant limit ${limit}`, (heldBack) =>
      logger.warn({ limit, tenant, heldBack }, 'a tenant has reached a limit'),
    );
  };
  const tenants = new Tenants(options.tenantLimits, limitReached, clock.nowMs, usage);
  const log = new ConnectionLog({
    flushMs: timing.logFlushMs,
    write: (lines) => writeLogLines(pool, lines),
    isAway: isDatabaseAway,
    now: clock.date,
    told: (line) => watches.logged(line),
    failed: failed('the connection log could not be written'),
  });
  const refusedClients = new RefusedClients({
    flushMs: timing.logFlushMs,
    write: (refused) => writeRefusedClients(pool, refused),
    forget: (most) => forgetRefusedClients(pool, most),
    now: clock.date,
    told: ({ reason, address: remoteAddress, secure, claimedId, detail }) =>
      throttled.say(`refused: ${reason}`, (heldBack) =>
        logger.info(
          {
            remoteAddress,
            secure,
            reason,
            claimedId: claimedId || undefined,
            detail: detail || undefined,
            heldBack,
          },
          'refused a client',
        ),
      ),
    heldBack: (count) =>
      throttled.say('refused clients held back', (heldBack) =>
        logger.warn({ count, heldBack }, 'more clients were refused than are recorded at a time'),
      ),
    failed: failed('refused clients could not be recorded'),
  });
  const refused = (client: Refused) => {
    refusedClients.add(client);
    watches.refused(client);
  };
  const retainedMessages = new RetainedMessages({
    clock,
    async write(writes, member, lockTimeoutMs) {
      const { warnings, ...written } = await writeRetainedMessages(pools.storing, writes, {
        quotas: options.permanentQuotas,
        ...{ lockTimeoutMs, member },
      });
      for (const warning of warnings) {
        log.add(
          { id: warning.deviceId ?? warning.registryId, folderId: warning.folderId },
          'WARN',
          'permanent quota nearly used up',
          permanentQuotaLine(warning),
        );
        throttled.say('permanent quota', (heldBack) =>
          logger.warn({ ...warning, heldBack }, 'four fifths of a quota of permanent topics are used'),
        );
      }
      return written;
    },
    memberOf: () => options.cluster?.incarnation,
    read: (range) => readRetainedMessages(pools.reading, range),
    wasRead: (registryId, { topic, version }) => options.cluster?.retainedWasRead(registryId, topic, version),
    isAway: isDatabaseAway,
    isLocked: (error) => error instanceof RowsLockedError,
    tenantOf: (registryId) => tenants.ofRegistry(registryId),
  });
  const monitoring = new Monitoring({
    roundMs: timing.monitoringRoundMs,
    hasSubscribers: (namespace) => engine.hasSubscribers(namespace),
    publish: (to, payload) => void engine.publish(to, payload, 0),
    write: (activities) => writeDeviceActivities(pool, activities),
    writePublished: (devices) => writeDevicesPublished(pool, devices),
    read: (ids) => findDeviceActivities(pool, ids),
    now: clock.dateMs,
    failed: failed('the activity of devices could not be saved'),
  });
  const silentDevices = new SilentDevices({
    afterMs: options.deviceSilentMs,
    activities: () => monitoring.activities(),
    read: (ids) => findDeviceActivities(pool, ids),
    tell(device, since) {
      const { id: deviceId, registryId } = device;
      tellEvent('silent', device, { since });
      counters.silentDevices++;
      log.add(device, 'WARN', 'silent', silentLine(since));
      throttled.say('silent devices', (heldBack) =>
        logger.warn({ deviceId, registryId, since, heldBack }, 'a device is silent'),
      );
    },
    now: clock.dateMs,
    failed: failed('silent devices could not be looked for'),
  });
  const revoker = new Revoker({
    clients,
    end: (doomed, reason) => {
      const ended = engine.disconnect((session) => doomed.has(session.principal), reason);
      logger.info({ sessions: ended, reason: reason.code }, 'ended sessions');
    },
    findOwners: lookups.identities,
    findCertificates: lookups.certificates,
    failed: failed('sessions could not be checked against a change'),
  });
  const sessions = new SessionRecorder({
    flushMs: timing.logFlushMs,
    add: (nodeId, added) => addLiveSessions(pool, nodeId, added),
    remove: (nodeId, numbers) => removeLiveSessions(pool, nodeId, numbers),
    removeAll: (nodeId) => removeLiveSessions(pool, nodeId, 'all'),
    now: clock.date,
    failed: failed('live sessions could not be recorded'),
  });
  const networkBlocks = new NetworkBlocks({
    read: () => readNetworkBlocks(pool),
    addresses: () => addressesOf(engine.sessions()),
    end: (isBlocked) => {
      const ended = engine.disconnect(
        ({ transport }) => isBlocked(transport.remoteAddress),
        closingReasons.addressBlocked,
      );
      logger.info({ sessions: ended, reason: closingReasons.addressBlocked.code }, 'ended sessions');
    },
    now: clock.dateMs,
    failed: failed('the blocked networks could not be read'),
  });
  const exports = new ExportDirectory({
    read: () => findExportSources(pool),
    changed(registryIds) {
      directory.renewBases(registryIds);
      for (const lines of [discardLines, fillingLines])
        lines.keepOnly((exportId) => exports.ownerOf(exportId) !== undefined);
    },
    found: options.exportsFound,
    failed: failed('the exports could not be read'),
  });
  const discardLines = new SummedLines((exportId, messages) => {
    const owner = exports.ownerOf(exportId);
    if (owner) log.add(owner, 'WARN', 'export log full', exportDiscardedLine(exportId, messages));
  });
  const fillingLines = new FillingLines({
    waitingShare: (exportId) => findWaitingShare(pools.storing, exportId),
    write(exportId, share) {
      const owner = exports.ownerOf(exportId);
      if (owner) log.add(owner, 'WARN', 'export log filling', exportFillingLine(exportId, share));
    },
    failed: failed('the log of an export could not be measured'),
    now: clock.nowMs,
  });
  const recorder = new ExportRecorder({
    clock,
    append: (chunks) => appendChunks(pools.storing, chunks),
    async trim(exportId) {
      for (let isDone = false; !isDone; ) {
        const trimmed = await trimLog(pools.storing, exportId);
        discardLines.add(exportId, trimmed.discarded);
        isDone = trimmed.isDone;
      }
    },
    nearlyFull: (exportId) => void fillingLines.filling(exportId),
    isAway: isDatabaseAway,
    failed: failed('messages could not be recorded for an export'),
    now: clock.dateMs,
  });
  const tellEvent = createEventTeller({
    tapsOf: (principal, event) => exports.tapsOfEvent(principal, event),
    recorder,
    now: clock.date,
  });
  const rights: RightsParts = {
    exports,
    findDevices: (lookup, principal) =>
      findDevices({ directory, findAliasOwners: lookups.aliasOwners }, lookup, tenants.of(principal)),
    readRetained: (selection) => retainedMessages.read(selection),
  };

  const adoption: PasswordAdoptionParts = {
    attempts: countAdoptionAttempts(clock.nowMs),
    now: clock.date,
    hash: (password) => hasher.hash(password),
    newPasswordId: createId,
    findAdoption: lookups.passwordAdoption,
    store: (password) => storeAdoptedPassword(pool, password, adoptionRecord(password)),
    adopted(adopted) {
      counters.passwordAdopted(adopted.weakness !== undefined);
      const level = adopted.weakness === undefined ? 'INFO' : 'WARN';
      log.add(adopted.principal, level, 'password adopted', passwordAdoptedLine(adopted));
    },
  };
  const learn = directory.learn.bind(directory);
  const authenticator: AuthenticatorParts = {
    password: {
      adopt: (identity, password, address) => adoptPassword(adoption, identity, password, address),
      ...{ hasher, verified, changes },
      equalDelay: createEqualDelay(timing.wrongPasswordBeatMs, clock.nowMs),
      throttle: new LoginThrottle(
        timing.forgivesFailedLogins ? clock.nowMs : () => 0,
        () => options.cluster?.fleet.size ?? 1,
      ),
      underWay: new Map(),
      findIdentity: lookups.identity,
      learn,
    },
    certificate: {
      changes,
      certificates,
      acceptExpired: options.acceptExpiredCertificates,
      now: clock.date,
      findIdentity: lookups.certificate,
      learn,
    },
    failed: failed('credentials could not be checked'),
  };
  const host = createEngineHost({
    ...{ changes, clients, rights, revoker, retainedMessages, log, monitoring, counters, tenants, sessions },
    silentDevices,
    ...{ recorder, tellEvent },
    authenticate: (credentials) => authenticate(authenticator, credentials),
    refused,
  });
  const engine = options.createEngine(
    host,
    {
      ...engineLimits,
      connectTimeoutMs: timing.connectTimeoutMs,
    },
    options.engineOptions,
  );
  const watches = new Watches({
    findPrincipal: async (id) => (await lookups.identity(id))?.principal,
    grant: (principal, filter) => grant(rights, principal, filter),
    observe: engine.observe?.bind(engine),
    now: clock.date,
  });

  return {
    ...{ engine, lookups, rights, monitoring, counters, networkBlocks, sessions, exports, recorder },
    ...{ tenants, watches, refused },
    accept: (socket, transport) => engine.accept(socket, transport),
    changeListener: createChangeListener({
      ...{ changes, directory, revoker },
      caches: [verified, certificates],
      signingKeysChanged: options.signingKeysChanged,
      networkBlocksChanged: () => void networkBlocks.reload(),
      disconnect: (subject) => {
        const doomed = ownSessionsOf(clients, subject);
        if (doomed.size === 0) return;
        const reason = closingReasons.disconnected;
        const ended = engine.disconnect(({ principal }) => doomed.has(principal), reason);
        logger.info({ sessions: ended, reason: reason.code }, 'ended sessions');
      },
      gone: (id) => {
        for (const part of [tenants, monitoring, silentDevices]) part.gone(id);
      },
      exportsChanged: () => exports.refresh(),
    }),
    cacheSizes: () => ({
      proofs: verified.size,
      certificates: certificates.size,
      devices: directory.size,
      activities: monitoring.devices,
      tenants: tenants.size,
    }),
    passwordsBeingChecked: () => hasher.pending,
    retainedMessagesPending: () => retainedMessages.pending,
    logLinesDropped: () => log.dropped,
    async stop() {
      await tellUsage?.stop();
      await engine.close(closingReasons.serverStopping);
      await Promise.all([silentDevices.stop(), revoker.stop(), networkBlocks.stop(), exports.stop()]);
      await Promise.all([recorder.stop(), retainedMessages.stop(), monitoring.stop(), log.stop()]);
      await Promise.all([refusedClients.stop(), sessions.stop()]);
    },
  };
}

function* addressesOf(sessions: Iterable<SessionInfo<Client>>): Generator<string> {
  for (const { transport } of sessions) yield transport.remoteAddress;
}

/** Of a registry its own alone, and not those of its devices, which rest on it too. */
function ownSessionsOf(clients: LiveClients, subject: SubjectKey): ReadonlySet<Client> {
  const own = [...clients.restingOn(subject)].filter(({ principal }) => principalKey(principal) === subject);
  return new Set(own);
}
