/**
 * The door of the control plane's state: what it can read, what it can change, and the one way to change it. Prisma and SQL
 * stay behind it.
 */
import type { PrismaDatabase } from '../database/open-prisma.ts';
import type { PrismaClient } from '../generated/client.ts';
import { type NewAuditEvent, writeAuditEvents } from '../records/audit-events.ts';
import type { CallFacts, ChangeRecord, OperationRow } from '../records/record-call.ts';
import * as keys from './account-keys.ts';
import { listAliases } from './aliases.ts';
import { type AuditedCall, listAuditEvents } from './audit-events.ts';
import * as brokers from './brokers.ts';
import { findApiKey, findCallerAccount } from './callers.ts';
import * as certificates from './certificates.ts';
import { listLog } from './connection-log.ts';
import { listLiveNodes } from './data-plane-nodes.ts';
import type { Db } from './db.ts';
import * as devices from './devices.ts';
import { exportDevices } from './export.ts';
import { listFolders } from './folders.ts';
import { type Pruned, prune, type Retention } from './housekeeping.ts';
import {
  claimKey,
  type EarlierOutcome,
  findEarlierOutcome,
  type IdempotencyKey,
  type KeyClaim,
  releaseKey,
  settleKey,
} from './idempotency.ts';
import { importResources } from './import/import-resources.ts';
import type { Import, ImportOutcomes } from './import/types.ts';
import * as migration from './migration-status.ts';
import { mutate } from './mutate.ts';
import { findOperation, listOperations } from './operations.ts';
import { findOwner } from './owners.ts';
import * as adoptions from './password-adoptions.ts';
import * as passwords from './passwords.ts';
import {
  type AdminAccount,
  createSample,
  ensureAdminAccount,
  isUntouched,
  type SampleResources,
} from './provisioning.ts';
import * as registries from './registries.ts';
import * as accounts from './service-accounts.ts';
import { ensureSigningKeys, type NewSigningKey, type SigningKeyRow } from './signing-keys.ts';

const reads = {
  owners: { find: findOwner },
  registries: {
    find: registries.findRegistry,
    findByName: registries.findRegistryByName,
    list: registries.listRegistries,
  },
  devices: {
    find: devices.findDevice,
    findByName: devices.findDeviceByName,
    complete: devices.completeDevice,
    list: devices.listDevices,
    export: exportDevices,
  },
  aliases: { list: listAliases },
  brokers: { find: brokers.findBroker, findByName: brokers.findBrokerByName, list: brokers.listBrokers },
  certificates: { list: certificates.listCertificates },
  passwords: { list: passwords.listPasswords },
  operations: { find: findOperation, list: listOperations },
  auditEvents: { list: listAuditEvents },
  connectionLog: { list: listLog },
  passwordAdoptions: { find: adoptions.findPasswordAdoption },
  migration: {
    registries: migration.readRegistryMigrations,
    brokers: migration.readBrokerMigrations,
    devices: migration.listDeviceMigrations,
  },
  folders: { list: listFolders },
  accounts: { find: accounts.findServiceAccount, list: accounts.listServiceAccounts },
  authorizedKeys: { list: keys.listAuthorizedKeys },
  apiKeys: { list: keys.listApiKeys },
  roleBindings: { list: keys.listRoleBindings },
  callers: { findAccount: findCallerAccount, findApiKey },
  dataPlaneNodes: { listLive: listLiveNodes },
};

const writes = {
  registries: {
    create: registries.createRegistry,
    update: registries.updateRegistry,
    setStatus: registries.setRegistryStatus,
    delete: registries.deleteRegistry,
  },
  devices: { create: devices.createDevice, update: devices.updateDevice, delete: devices.deleteDevice },
  brokers: { create: brokers.createBroker, update: brokers.updateBroker, delete: brokers.deleteBroker },
  certificates: { add: certificates.addCertificate, delete: certificates.deleteCertificate },
  passwords: { add: passwords.addPassword, delete: passwords.deletePassword },
  passwordAdoptions: { set: adoptions.setPasswordAdoption, delete: adoptions.deletePasswordAdoption },
  accounts: { create: accounts.createServiceAccount, delete: accounts.deleteServiceAccount },
  authorizedKeys: { create: keys.createAuthorizedKey, delete: keys.deleteAuthorizedKey },
  apiKeys: { create: keys.createApiKey, delete: keys.deleteApiKey },
  roleBindings: { create: keys.createRoleBinding, delete: keys.deleteRoleBinding },
};

/** The same functions, with their database given. */
type Bound<Groups> = {
  readonly [G in keyof Groups]: {
    readonly [F in keyof Groups[G]]: Groups[G][F] extends (db: Db, ...rest: infer Rest) => infer Result
      ? (...rest: Rest) => Result
      : never;
  };
};

/** What can be read. */
export type Reads = Bound<typeof reads>;
/** What can be changed, within the transaction of one change. */
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

  constructor({ prisma, pool }: Pick<PrismaDatabase, 'prisma' | 'pool'>) {
    this.#prisma = prisma;
    this.#pool = pool;
    this.read = bind(prisma, reads);
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
    change: (tx: Writes) => Promise<ChangeRecord>,
  ): Promise<OperationRow> {
    return mutate(this.#prisma, call, claim, (tx) => change(bind(tx, writes)));
  }

  /** Records calls that left no operation. */
  recordEvents(events: readonly NewAuditEvent[]): Promise<void> {
    return writeAuditEvents(this.#pool, events);
  }

  /** @see importResources */
  importResources(call: AuditedCall, request: Import): Promise<ImportOutcomes> {
    return importResources(this.#prisma, call, request);
  }

  /** @see ensureSigningKeys */
  ensureSigningKeys(create: () => Promise<NewSigningKey>): Promise<readonly SigningKeyRow[]> {
    return ensureSigningKeys(this.#prisma, create);
  }

  /** @see ensureAdminAccount */
  ensureAdminAccount(create: AdminAccount, bindingId: string): Promise<string> {
    return ensureAdminAccount(this.#prisma, create, bindingId);
  }

  /** @see isUntouched */
  isUntouched(): Promise<boolean> {
    return isUntouched(this.#prisma);
  }

  /** @see createSample */
  createSample(resources: SampleResources, keep: () => Promise<void>): Promise<boolean> {
    return createSample(this.#prisma, resources, keep);
  }

  /** @see prune */
  prune(retention: Retention, now: Date, signal: AbortSignal): Promise<Pruned> {
    return prune(this.#prisma, retention, now, signal);
  }
}

type Groups = Readonly<Record<string, Readonly<Record<string, (db: Db, ...rest: never[]) => unknown>>>>;

function bind<G extends Groups>(db: Db, groups: G): Bound<G> {
  const bound = Object.entries(groups).map(([name, functions]) => [
    name,
    Object.fromEntries(
      Object.entries(functions).map(([key, run]) => [key, (...rest: never[]) => run(db, ...rest)]),
    ),
  ]);
  return Object.fromEntries(bound) as Bound<G>;
}
