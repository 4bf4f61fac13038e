import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { BadEntry, ImportRequest, ImportResponse, type ImportResult } from '@iotcore/contract';
import type { BoundedQueue } from '@iotcore/credentials';
import type { ControlStore, FolderQuotas, ImportOutcome } from '@iotcore/store/control';
import { codes } from '../../errors/catalogue.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { certificateSlot, deviceSlot, type Slot, topLevelSlot } from './entries.ts';

const names = { protoPackage: 'iotcore.ext.v1', auditService: 'migration' };

interface ImportNeeds {
  readonly store: Pick<ControlStore, 'importResources'>;
  readonly quotas: FolderQuotas;
  /** Imports take turns. */
  readonly imports: BoundedQueue;
}

export const importOperations = [
  defineOperation({
    ...mutation(names, 'ImportResources'),
    service: 'MigrationService',
    summary: 'Imports registries, brokers, devices and certificates with their IDs',
    description:
      'Each entry is checked alone and has a result of its own; a bad one costs the others nothing. Nothing is ever deleted, and a repeated import changes nothing, so it needs no Idempotency-Key. The body may have 8 MiB. The caller must be an admin of every folder named.',
    permission: 'administer',
    isLarge: true,
    message: ImportRequest,
    output: ImportResponse,
    subject: (input) => folder(...foldersOf(input)),
    async run({ input, access, auditedCall }, { store, quotas, imports }: ImportNeeds) {
      const { overwrite = false, dryRun = false } = input;
      const slots = {
        registries: (input.registries ?? []).map((given) => topLevelSlot('REGISTRY', given)),
        brokers: (input.brokers ?? []).map((given) => topLevelSlot('BROKER', given)),
        devices: (input.devices ?? []).map(deviceSlot),
        certificates: await inSlices(input.certificates ?? [], certificateSlot),
      };
      const request = {
        overwrite,
        dryRun,
        access: (folderId: string) => access.in(folderId),
        quotas,
        registries: entriesOf(slots.registries),
        brokers: entriesOf(slots.brokers),
        devices: entriesOf(slots.devices),
        certificates: entriesOf(slots.certificates),
      };
      const outcomes = await imports.run(() => store.importResources(auditedCall(), request));
      return {
        results: [
          ...results(slots.registries, outcomes.registries),
          ...results(slots.brokers, outcomes.brokers),
          ...results(slots.devices, outcomes.devices),
          ...results(slots.certificates, outcomes.certificates),
        ],
      };
    },
  }),
];

/** The folders that the entries name. */
function foldersOf({ registries = [], brokers = [] }: ImportRequest): Set<string> {
  return new Set(
    [...registries, ...brokers].flatMap((entry) => (entry instanceof BadEntry ? [] : [entry.folderId])),
  );
}

/** Certificates read at a time: some milliseconds, after which other requests have their turn. */
const certificatesPerSlice = 25;

async function inSlices<T, R>(all: readonly T[], read: (one: T) => R): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += certificatesPerSlice) {
    done.push(...all.slice(at, at + certificatesPerSlice).map(read));
    await yieldToEventLoop();
  }
  return done;
}

function entriesOf<E>(slots: readonly Slot<E>[]): E[] {
  return slots.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
}

/** The result of each slot: its refusal, or what became of its entry. */
function results(slots: readonly Slot<unknown>[], outcomes: readonly ImportOutcome[]): ImportResult[] {
  const left = outcomes.values();
  return slots.map(({ about, entry, reason }) => {
    if (entry === undefined) {
      const refused = { outcome: 'REFUSED', code: codes.INVALID_ARGUMENT } as const;
      return { ...about, ...refused, ...(reason !== undefined && { reason }) };
    }
    return { ...about, ...toResult(left.next().value) };
  });
}

function toResult(outcome: ImportOutcome | undefined) {
  if (outcome === undefined) throw new Error('an entry of an import has no outcome');
  const { folderId: _, code, differences, ...said } = outcome;
  return {
    ...said,
    ...(code !== undefined && { code: codes[code] }),
    ...(differences !== undefined && { differences: [...differences] }),
  };
}
