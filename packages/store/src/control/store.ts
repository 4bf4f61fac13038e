/**
 * The door of the control plane's state: what it can read, what it can change, and the one way to change it. Prisma and SQL
 * stay behind it.
 */
import type { PrismaDatabase } from '../database/open-prisma.ts';
import type { Sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import { readChunks } from '../exports/progress.ts';
import type { PrismaClient } from '../generated/client.ts';
import { type NewAuditEvent, writeAuditEvents } from '../records/audit-events.ts';
import type { CallFacts, MutationRecord, OperationRow } from '../records/record-call.ts';
import * as keys from './accounts/account-keys.ts';
import * as browserSessions from './accounts/browser-sessions.ts';
import { findApiKey, findCallerAccount } from './accounts/callers.ts';
import {
  type AdminAccount,
  createSample,
  ensureAdminAccount,
  isUntouched,
  type SampleResources,
} from './accounts/provisioning.ts';
import * as accounts from './accounts/service-accounts.ts';
import * as signInCodes from './accounts/sign-in-codes.ts';
import { ensureSigningKeys, type NewSigningKey, type SigningKeyRow } from './accounts/signing-keys.ts';
import * as networkBlocks from './blocks/network-blocks.ts';
import * as resourceBlocks from './blocks/resource-blocks.ts';
import * as certificates from './credentials/certificates.ts';
import * as adoptions from './credentials/password-adoptions.ts';
import * as passwords from './credentials/passwords.ts';
import { listLiveNodes } from './data-plane-nodes.ts';
import type { Db } from './db.ts';
import * as exports from './exports/exports.ts';
import * as progress from './exports/progress.ts';
import * as exportRecords from './exports/records.ts';
import { type AuditedCall, listAuditEvents } from './history/audit-events.ts';
import { listLog } from './history/connection-log.ts';
import { type Pruned, prune, type Retention } from './history/housekeeping.ts';
import { listLiveSessions, requestDisconnect } from './history/live-sessions.ts';
import { summarizeLog } from './history/log-summary.ts';
import * as migration from './history/migration-status.ts';
import { findOperation, listOperations } from './history/operations.ts';
import { listRefusedClients } from './history/refused-clients.ts';
import { findRetainedMessage, listRetainedTopics } from './history/retained-messages.ts';
import { importResources } from './import/import-resources.ts';
import type { Import, ImportOutcomes } from './import/types.ts';
import {
  claimKey,
  type EarlierOutcome,
  findEarlierOutcome,
  type IdempotencyKey,
  type KeyClaim,
  releaseKey,
  settleKey,
} from './mutations/idempotency.ts';
import { mutate } from './mutations/mutate.ts';
import { readProcessMetrics, readTenantMetrics } from './processes/metrics.ts';
import { listProcesses } from './processes/processes.ts';
import { listAliases } from './resources/aliases.ts';
import { brokers } from './resources/brokers.ts';
import * as devices from './resources/devices.ts';
import { exportDevices } from './resources/export.ts';
import { listFolderCounts, listFolders, listRegistryCounts } from './resources/folders.ts';
import { findOwner } from './resources/owners.ts';
import { registries } from './resources/registries.ts';
import { findCertificates } from './search/certificates.ts';
import { findDevices } from './search/devices.ts';
import { searchResources } from './search/resources.ts';

/** The hot ones, and all that is plain. */
const sqlReads = {
  owners: { find: findOwner },
  registries: { find: registries.find, findByName: registries.findByName, list: registries.list },
  devices: {
    find: devices.findDevice,
    findByName: devices.findDeviceByName,
    list: devices.listDevices,
    search: findDevices,
    export: exportDevices,
  },
  aliases: { list: listAliases },
  brokers: { find: brokers.find, findByName: brokers.findByName, list: brokers.list },
  certificates: { list: certificates.listCertificates, search: findCertificates },
  passwords: { list: passwords.listPasswords },
  operations: { find: findOperation, list: listOperations },
  connectionLog: { list: listLog, summarize: summarizeLog },
  folderCounts: { list: listFolderCounts },
  registryCounts: { list: listRegistryCounts },
  processes: { list: listProcesses },
  metrics: { ofProcesses: readProcessMetrics, ofTenant: readTenantMetrics },
  resources: { search: searchResources },
  refusedClients: { list: listRefusedClients },
  retainedMessages: { list: listRetainedTopics, find: findRetainedMessage },
  liveSessions: { list: listLiveSessions },
  resourceBlocks: { list: resourceBlocks.listResourceBlocks },
  networkBlocks: { list: networkBlocks.listNetworkBlocks },
  passwordAdoptions: { find: adoptions.findPasswordAdoption },
  accounts: { find: accounts.findServiceAccount, list: accounts.listServiceAccounts },
  authorizedKeys: { list: keys.listAuthorizedKeys },
  apiKeys: { list: keys.listApiKeys },
  roleBindings: { list: keys.listRoleBindings },
  browserSessions: {
    find: browserSessions.findBrowserSession,
    list: browserSessions.listBrowserSessions,
  },
  signInCodes: { find: signInCodes.findSignInCode },
  exports: {
    find: exports.findExport,
    list: exports.listExports,
    progress: progress.findExportProgress,
    deadLetters: exportRecords.listDeadLetters,
    attempts: exportRecords.listAttempts,
    chunks: readChunks,
  },
};

const prismaReads = {
  auditEvents: { list: listAuditEvents },
  migration: {
    registries: migration.readRegistryMigrations,
    brokers: migration.readBrokerMigrations,
    devices: migration.listDeviceMigrations,
  },
  folders: { list: listFolders },
  callers: { findAccount: findCallerAccount, findApiKey },
  dataPlaneNodes: { listLive: listLiveNodes },
};

const writes = {
  registries: {
    create: registries.create,
    lock: registries.lock,
    update: registries.update,
    setStatus: registries.setStatus,
    delete: registries.delete,
  },
  devices: { create: devices.createDevice, update: devices.updateDevice, delete: devices.deleteDevice },
  brokers: {
    create: brokers.create,
    lock: brokers.lock,
    update: brokers.update,
    delete: brokers.delete,
  },
  certificates: { add: certificates.addCertificate, delete: certificates.deleteCertificate },
  passwords: { add: passwords.addPassword, delete: passwords.deletePassword },
  liveSessions: { disconnect: requestDisconnect },
  resourceBlocks: { set: resourceBlocks.setResourceBlock, delete: resourceBlocks.deleteResourceBlock },
  networkBlocks: { create: networkBlocks.createNetworkBlock, delete: networkBlocks.deleteNetworkBlock },
  passwordAdoptions: { set: adoptions.setPasswordAdoption, delete: adoptions.deletePasswordAdoption },
  accounts: {
    create: accounts.createServiceAccount,
    delete: accounts.deleteServiceAccount,
    endAccessTokens: accounts.endAccessTokens,
  },
  authorizedKeys: { create: keys.createAuthorizedKey, delete: keys.deleteAuthorizedKey },
  apiKeys: { create: keys.createApiKey, delete: keys.deleteApiKey },
  roleBindings: { create: keys.createRoleBinding, delete: keys.deleteRoleBinding },
  browserSessions: {
    create: browserSessions.createBrowserSession,
    delete: browserSessions.deleteBrowserSessions,
  },
  signInCodes: {
    create: signInCodes.createSignInCode,
    take: signInCodes.takeSignInCode,
    delete: signInCodes.deleteSignInCodes,
  },
  exports: {
    create: exports.createExport,
    lock: exports.lockExport,
    update: exports.updateExport,
    delete: exports.deleteExport,
    owed: exports.findOwed,
    lockLog: progress.lockLogRange,
    positionAt: progress.findPositionAt,
    move: progress.moveCursor,
    announce: progress.announceExport,
    deleteDeadLetter: exportRecords.deleteDeadLetter,
  },
};

/** The same functions, with their database given. */
type Bound<Groups> = {
  readonly [G in keyof Groups]: {
    readonly [F in keyof Groups[G]]: Groups[G][F] extends (db: never, ...rest: infer Rest) => infer Result
      ? (...rest: Rest) => Result
      : never;
  };
};

/** What can be read. */
export type Reads = Bound<typeof sqlReads> & Bound<typeof prismaReads>;
/** What can be changed, within the transaction of one mutation. */
export type Writes = Bound<typeof writes>;

/** Idempotency-Keys, before and after the work; within it `mutate` settles them. */
export interface Keys {
  /** @see claimKey */
  claim(key: IdempotencyKey): Promise<KeyClaim | EarlierOutcome>;
  /** @see findEarlierOutcome */
  find(key: IdempotencyKey): Promise<EarlierOutcome | undefined>;
  /** @see settleKey */
  settle(claim: KeyClaim): Promise<void>;
  /** @see releaseKey */
  release(claim: KeyClaim): Promise<void>;
}

export class ControlStore {
  readonly read: Reads;
  readonly keys: Keys;
  readonly #prisma: PrismaClient;
  readonly #pool: PrismaDatabase['pool'];
  readonly #now: () => Date;

  /** `now`: what records are dated by. */
  constructor({ prisma, pool }: Pick<PrismaDatabase, 'prisma' | 'pool'>, now: () => Date) {
    this.#now = now;
    this.#prisma = prisma;
    this.#pool = pool;
    this.read = {
      ...bind<Sql, typeof sqlReads>(pool, sqlReads),
      ...bind<Db, typeof prismaReads>(prisma, prismaReads),
    };
    this.keys = {
      claim: (key) => claimKey(pool, key),
      find: (key) => findEarlierOutcome(pool, key),
      settle: (claim) => settleKey(pool, claim),
      release: (claim) => releaseKey(pool, claim),
    };
  }

  /** @see mutate */
  mutate(
    call: CallFacts,
    claim: KeyClaim | undefined,
    work: (tx: Writes) => Promise<MutationRecord>,
  ): Promise<OperationRow> {
    const bound = (tx: Transaction) => work(bind<Transaction, typeof writes>(tx, writes));
    return mutate(this.#pool, call, claim, bound, this.#now);
  }

  /** @see acknowledgeExport */
  acknowledgeExport(id: string, position: bigint): Promise<string | undefined> {
    return progress.acknowledgeExport(this.#pool, id, position);
  }

  /** @see redeliverDeadLetters */
  redeliverDeadLetters(exportId: string, ids: readonly string[] | undefined): Promise<number> {
    return exportRecords.redeliverDeadLetters(this.#pool, exportId, ids);
  }

  /** @see touchBrowserSession */
  touchBrowserSession(id: string, usedAt: Date): Promise<void> {
    return browserSessions.touchBrowserSession(this.#pool, id, usedAt);
  }

  /** Records calls that left no operation. */
  recordEvents(events: readonly NewAuditEvent[]): Promise<void> {
    return writeAuditEvents(this.#pool, events);
  }

  /** @see importResources */
  importResources(call: AuditedCall, request: Import): Promise<ImportOutcomes> {
    return importResources(this.#prisma, call, request, this.#now());
  }

  /** @see ensureSigningKeys */
  ensureSigningKeys(create: () => Promise<NewSigningKey>): Promise<readonly SigningKeyRow[]> {
    return ensureSigningKeys(this.#prisma, create);
  }

  /** @see ensureAdminAccount */
  ensureAdminAccount(create: AdminAccount, bindingId: string): Promise<string> {
    return ensureAdminAccount(this.#pool, create, bindingId);
  }

  /** @see isUntouched */
  isUntouched(): Promise<boolean> {
    return isUntouched(this.#pool);
  }

  /** @see createSample */
  createSample(resources: SampleResources, keep: () => Promise<void>): Promise<boolean> {
    return createSample(this.#pool, resources, keep);
  }

  /** @see prune */
  prune(retention: Retention, now: Date, signal: AbortSignal): Promise<Pruned> {
    return prune(this.#prisma, retention, now, signal);
  }
}

type Groups<Database> = Readonly<
  Record<string, Readonly<Record<string, (db: Database, ...rest: never[]) => unknown>>>
>;

function bind<Database, G extends Groups<Database>>(db: Database, groups: G): Bound<G> {
  const bound = Object.entries(groups).map(([name, functions]) => [
    name,
    Object.fromEntries(
      Object.entries(functions).map(([key, run]) => [key, (...rest: never[]) => run(db, ...rest)]),
    ),
  ]);
  return Object.fromEntries(bound) as Bound<G>;
}
