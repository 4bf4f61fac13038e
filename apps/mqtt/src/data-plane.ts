/** Builds the data plane from its parts: an engine, and everything that answers its questions. No listener, no settings. */
import { createPasswordHasher } from '@iotcore/credentials';
import type { CreateEngine, Engine } from '@iotcore/engine';
import { createId } from '@iotcore/model';
import type { Logger } from '@iotcore/process';
import type { ChangeListener, Database } from '@iotcore/store';
import {
  findDeviceActivities,
  readPermanentMessages,
  adoptPassword as storeAdoptedPassword,
  writeDeviceActivities,
  writeLogLines,
  writePermanentMessages,
} from '@iotcore/store/data-plane';
import { type AuthenticatorParts, authenticate } from './authentication/authenticator.ts';
import { createCertificateCache } from './authentication/certificate-login.ts';
import { equalDelay } from './authentication/equal-delay.ts';
import { LoginThrottle } from './authentication/login-throttle.ts';
import {
  adoptPassword,
  countAdoptionAttempts,
  type PasswordAdoptionParts,
} from './authentication/password-adoption.ts';
import { ProofCache } from './authentication/proof-cache.ts';
import { RecentChanges } from './caching/recent-changes.ts';
import type { Client } from './clients/client.ts';
import { LiveClients } from './clients/live-clients.ts';
import { ConnectionLog } from './connection-log/connection-log.ts';
import { passwordAdoptedLine } from './connection-log/lines.ts';
import { DeviceDirectory } from './directory/device-directory.ts';
import { findDevices } from './directory/device-finder.ts';
import { engineLimits } from './engine-limits.ts';
import { ConnectionCounters } from './hosting/connection-counters.ts';
import { createEngineHost } from './hosting/engine-host.ts';
import type { ThrottledLog } from './logging/throttled-log.ts';
import { createLookups, isDatabaseAway, type Lookups } from './lookups.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { PermanentMessages } from './permanent/permanent-messages.ts';
import { type ConnectionQuotaLimits, ConnectionQuotas } from './quotas/connection-quotas.ts';
import { MessageQuotas, type MessageRates } from './quotas/message-quotas.ts';
import { createChangeListener } from './revocation/change-listener.ts';
import { Revoker } from './revocation/revoker.ts';
import type { RightsParts } from './rights/rights.ts';

export interface DataPlaneOptions {
  readonly createEngine: CreateEngine;
  readonly database: Database;
  readonly acceptExpiredCertificates: boolean;
  readonly messageRates: MessageRates;
  readonly connectionQuotas: ConnectionQuotaLimits;
  readonly logger: Logger;
  readonly throttled: ThrottledLog;
  /** Keys that sign what the API says came or went. */
  signingKeysChanged(): void;
}

export interface DataPlane {
  readonly engine: Engine<Client>;
  /** Takes a connection from a listener. */
  readonly accept: Engine<Client>['accept'];
  readonly lookups: Lookups;
  readonly rights: RightsParts;
  readonly monitoring: Monitoring;
  readonly counters: ConnectionCounters;
  /** To be told what the control plane changes. */
  readonly changeListener: ChangeListener;
  cacheSizes(): Readonly<Record<string, number>>;
  passwordsBeingChecked(): number;
  permanentMessagesPending(): number;
  logLinesDropped(): number;
  /** Ends all sessions and writes what is left. */
  stop(): Promise<void>;
}

export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { database, logger, throttled } = options;
  const { pool } = database;
  const lookups = createLookups(database);
  const failed = (what: string) => (error: unknown) =>
    throttled.say(what, (heldBack) => logger.warn({ err: error, heldBack }, what));

  const changes = new RecentChanges();
  const clients = new LiveClients();
  const counters = new ConnectionCounters();
  const hasher = createPasswordHasher();
  const proofs = new ProofCache();
  const certificates = createCertificateCache();
  const directory = new DeviceDirectory(changes, lookups.device);

  const permanent = new PermanentMessages({
    write: (writes) => writePermanentMessages(pool, writes),
    read: (range) => readPermanentMessages(pool, range),
    isAway: isDatabaseAway,
  });
  const log = new ConnectionLog({
    write: (lines) => writeLogLines(pool, lines),
    now: () => new Date(),
    failed: failed('the connection log could not be written'),
  });
  const monitoring = new Monitoring({
    hasSubscribers: (space) => engine.hasSubscribers(space),
    publish: (to, payload) => void engine.publish(to, payload, 0),
    write: (activities) => writeDeviceActivities(pool, activities),
    read: (ids) => findDeviceActivities(pool, ids),
    now: () => Date.now(),
    failed: failed('the activity of devices could not be saved'),
  });
  const revoker = new Revoker({
    clients,
    end: (doomed, reason) => {
      const ended = engine.disconnect((session) => doomed.has(session.principal), reason);
      logger.info({ sessions: ended, reason }, 'ended sessions');
    },
    findOwners: lookups.identities,
    findCertificates: lookups.certificates,
    failed: failed('sessions could not be checked against a change'),
  });
  const rights: RightsParts = {
    findDevices: (lookup) => findDevices(directory, lookups.aliasOwners, lookup),
    readStored: (selection) => permanent.read(selection),
  };

  const adoption: PasswordAdoptionParts = {
    attempts: countAdoptionAttempts(),
    now: () => new Date(),
    hash: (password) => hasher.hash(password),
    newPasswordId: createId,
    findAdoption: lookups.passwordAdoption,
    store: (password) => storeAdoptedPassword(pool, password),
    adopted(adopted) {
      counters.passwordAdopted(adopted.weakness !== undefined);
      const level = adopted.weakness === undefined ? 'INFO' : 'WARN';
      log.add(adopted.principal.id, level, passwordAdoptedLine(adopted));
    },
  };
  const authenticator: AuthenticatorParts = {
    password: {
      adopt: (identity, password, address) => adoptPassword(adoption, identity, password, address),
      ...{ hasher, proofs, changes, equalDelay },
      throttle: new LoginThrottle(),
      underWay: new Map(),
      findIdentity: lookups.identity,
    },
    certificate: {
      changes,
      certificates,
      acceptExpired: options.acceptExpiredCertificates,
      now: () => new Date(),
      findIdentity: lookups.certificate,
    },
    failed: failed('credentials could not be checked'),
  };
  const connectionQuotas = new ConnectionQuotas(options.connectionQuotas);
  const host = createEngineHost({
    ...{ changes, clients, rights, revoker, permanent, log, monitoring, counters },
    quotas: new MessageQuotas(options.messageRates),
    connectionQuotas,
    authenticate: (credentials) => authenticate(authenticator, credentials),
    strangeConnection: ({ remoteAddress, secure }, reason) =>
      throttled.say('connection without a valid CONNECT', (heldBack) =>
        logger.info({ remoteAddress, secure, reason, heldBack }, 'connection without a valid CONNECT'),
      ),
    quotaReached: (limit, { kind, id }) =>
      throttled.say(limit, (heldBack) =>
        logger.warn({ limit, [`${kind}Id`]: id, heldBack }, 'refused a client: too many connections'),
      ),
  });
  const engine = options.createEngine(host, engineLimits);

  return {
    ...{ engine, lookups, rights, monitoring, counters },
    accept(socket, transport) {
      socket.once('close', () => connectionQuotas.leave(transport));
      engine.accept(socket, transport);
    },
    changeListener: createChangeListener({
      ...{ changes, directory, revoker },
      caches: [proofs, certificates],
      signingKeysChanged: options.signingKeysChanged,
    }),
    cacheSizes: () => ({
      proofs: proofs.size,
      certificates: certificates.size,
      devices: directory.size,
      activities: monitoring.devices,
    }),
    passwordsBeingChecked: () => hasher.pending,
    permanentMessagesPending: () => permanent.pending,
    logLinesDropped: () => log.dropped,
    async stop() {
      await engine.close('server stopping');
      await revoker.stop();
      await Promise.all([permanent.stop(), monitoring.stop(), log.stop()]);
    },
  };
}
