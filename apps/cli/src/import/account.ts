/**
 * Accounts for every entry of an export: each that was read ends under exactly one heading, so that the headings add up
 * to what was read. Kept one by one is only what did not come, and of that no more than a person reads.
 */
import type { ImportResult } from '@iotcore/sdk';
import type { EntryKind, Finding, Item, ItemKind, Journal, Unit } from './finding.ts';

/** What can become of an entry. */
export interface Totals {
  read: number;
  created: number;
  unchanged: number;
  updated: number;
  /** It is there with other content, or another resource has its name, alias or certificate. */
  conflicts: number;
  refused: number;
  /** The same entry came before. */
  repeated: number;
  /** Sound, but not handed to the server: a dry run without one, or an import that was broken off. */
  notSent: number;
}

/** An entry that did not come, or not as it is. */
export interface Shortfall extends Finding {
  readonly outcome: 'CONFLICT' | 'REFUSED';
  readonly differences?: readonly string[];
}

export interface DeviceName {
  readonly registryId: string;
  readonly deviceId: string;
  readonly name?: string;
}

/** Findings that are kept of each kind, some 300 bytes each; the others are counted. Mended and run again, they are told of. */
const keptFindings = 10_000;

const headings = { CREATED: 'created', UNCHANGED: 'unchanged', UPDATED: 'updated' } as const;

export class Account implements Journal {
  readonly totals: Readonly<Record<ItemKind, Totals>> = {
    REGISTRY: emptyTotals(),
    BROKER: emptyTotals(),
    DEVICE: emptyTotals(),
    CERTIFICATE: emptyTotals(),
  };
  /** The first of each; the counts are of all. */
  readonly shortfalls: Shortfall[] = [];
  readonly warnings: Finding[] = [];
  shortfallCount = 0;
  warningCount = 0;
  /** By ID, devices that come without a certificate: those that have none in the export, or lost one on the way. */
  readonly withoutCertificate = new Map<string, DeviceName>();
  /** All registries that devices or certificates were read of. */
  readonly registryIds = new Set<string>();
  /** Folders of the registries and brokers that were read: where to look for them. */
  readonly folderIds = new Set<string>();
  /** Registries that did not come, and why. */
  readonly #lostRegistries = new Map<string, string>();

  read(kind: ItemKind): void {
    this.totals[kind].read += 1;
  }

  refuse(kind: EntryKind, finding: Finding): void {
    // How many entries the fault of a whole file costs is not known (it has no entry); an alias is none of its own.
    if (kind !== 'ALIAS' && finding.entry !== undefined) this.totals[kind].refused += 1;
    if (kind === 'REGISTRY' && finding.id) this.#lostRegistries.set(finding.id, finding.reason);
    this.#fallShort({ outcome: 'REFUSED', ...finding });
  }

  repeat(kind: ItemKind, finding: Finding): void {
    this.totals[kind].repeated += 1;
    this.warn(finding);
  }

  warn(finding: Finding): void {
    this.warningCount += 1;
    if (this.warnings.length < keptFindings) this.warnings.push(finding);
  }

  /** Takes note of what is going to be sent. */
  plan({ registryId, items }: Unit): void {
    for (const { kind } of items) this.totals[kind].notSent += 1;
    if (registryId !== undefined) this.registryIds.add(registryId);
    const [first] = items;
    if (first?.kind === 'REGISTRY') this.registryIds.add(first.id);
    const folderId = first?.body['folderId'];
    if (typeof folderId === 'string') this.folderIds.add(folderId);
    if (first?.kind !== 'DEVICE' || items.length > 1 || registryId === undefined) return;
    const name = first.body['name'];
    const device = { registryId, deviceId: first.id };
    this.withoutCertificate.set(first.id, typeof name === 'string' ? { ...device, name } : device);
  }

  /** Takes note of what the server made of an item. */
  settle(item: Item, { outcome, reason = '', differences }: ImportResult, registryId?: string): void {
    const totals = this.totals[item.kind];
    totals.notSent -= 1;
    if (outcome !== 'CONFLICT' && outcome !== 'REFUSED') {
      totals[headings[outcome]] += 1;
      return;
    }
    totals[outcome === 'CONFLICT' ? 'conflicts' : 'refused'] += 1;
    if (item.kind === 'REGISTRY' && outcome === 'REFUSED') this.#lostRegistries.set(item.id, reason);
    const registry = this.#lostRegistries.get(String(item.body['registryId'] ?? ''));
    const why =
      outcome === 'REFUSED' && registry ? `${reason} Its registry did not come: ${registry}` : reason;
    const { kind, id, fingerprint, place } = item;
    if (kind === 'CERTIFICATE' && registryId !== undefined && !this.withoutCertificate.has(id)) {
      this.withoutCertificate.set(id, { registryId, deviceId: id });
    }
    this.#fallShort({
      ...place,
      kind,
      id,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      outcome,
      reason: why,
      ...(differences === undefined ? {} : { differences }),
    });
  }

  #fallShort(shortfall: Shortfall): void {
    this.shortfallCount += 1;
    if (this.shortfalls.length < keptFindings) this.shortfalls.push(shortfall);
  }

  /** Whether everything that was read is there now, as it was read. */
  get isComplete(): boolean {
    return this.shortfallCount === 0 && Object.values(this.totals).every(({ notSent }) => notSent === 0);
  }
}

/** For a second reading of the same export: everything has been said. */
export const silentJournal: Journal = { read() {}, refuse() {}, repeat() {}, warn() {} };

function emptyTotals(): Totals {
  return {
    read: 0,
    created: 0,
    unchanged: 0,
    updated: 0,
    conflicts: 0,
    refused: 0,
    repeated: 0,
    notSent: 0,
  };
}
