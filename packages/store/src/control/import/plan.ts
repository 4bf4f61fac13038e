/**
 * Decides what becomes of each entry of an import, one after the other, and changes the existing resources as if each had been written
 * at once: so an entry sees what those before it will have done. Nothing here touches the database.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Owner, OwnerKind } from '../resources/owners.ts';
import { certificateKey, type ExistingResources, nameKey, roomKey } from './existing-resources.ts';
import * as outcomes from './outcomes.ts';
import type {
  Content,
  DeviceContent,
  Import,
  ImportedCertificate,
  ImportedResource,
  ImportOutcome,
  ImportOutcomes,
  PerKind,
  Stored,
  StoredCertificate,
} from './types.ts';

/** What is to be written. */
export interface Plan {
  readonly outcomes: ImportOutcomes;
  /** By ID. */
  readonly created: PerKind<ReadonlyMap<string, Stored>>;
  readonly updated: PerKind<ReadonlyMap<string, Stored>>;
  readonly createdCertificates: readonly ImportedCertificate[];
  readonly updatedCertificates: readonly ImportedCertificate[];
}

export function planImport(request: Import, existing: ExistingResources, now: Date): Plan {
  return new Planner(request, existing, now).plan();
}

class Planner {
  readonly #request: Import;
  readonly #existing: ExistingResources;
  readonly #now: Date;
  readonly #created = newMaps();
  readonly #updated = newMaps();
  readonly #createdCertificates = new Map<string, ImportedCertificate>();
  readonly #updatedCertificates = new Map<string, ImportedCertificate>();

  constructor(request: Import, existing: ExistingResources, now: Date) {
    this.#request = request;
    this.#existing = existing;
    this.#now = now;
  }

  plan(): Plan {
    const { registries, brokers, devices, certificates } = this.#request;
    // In this order, since devices may belong to registries of the same request, and certificates to all.
    const outcomes = {
      registries: registries.map((entry) => this.#resource('registry', entry)),
      brokers: brokers.map((entry) => this.#resource('broker', entry)),
      devices: devices.map((entry) => this.#resource('device', entry)),
      certificates: certificates.map((entry) => this.#certificate(entry)),
    };
    return {
      outcomes,
      created: this.#created,
      updated: this.#updated,
      createdCertificates: [...this.#createdCertificates.values()],
      updatedCertificates: [...this.#updatedCertificates.values()],
    };
  }

  #resource(kind: OwnerKind, entry: ImportedResource): ImportOutcome {
    const stored = this.#existing.resources[kind].get(entry.id);
    return stored ? this.#overwrite(kind, entry, stored) : this.#new(kind, entry);
  }

  #overwrite(kind: OwnerKind, entry: ImportedResource, stored: Stored): ImportOutcome {
    const { folderId } = stored;
    const access = this.#request.access(folderId);
    if (access !== 'permitted') return outcomes.foreign(access, folderId);
    const differences = differencesOf(entry.content, stored.content);
    if (differences.length === 0) return outcomes.unchanged(folderId);
    if (differences.includes(parentField[kind])) return outcomes.elsewhere(kind, differences, folderId);
    if (!this.#request.overwrite) return outcomes.different(differences, folderId);
    const obstacle = this.#obstacle(kind, entry, folderId);
    if (obstacle) return obstacle;
    this.#put(kind, entry.id, { folderId, content: merged(entry.content, stored.content) }, stored);
    return outcomes.updated(differences, folderId);
  }

  #new(kind: OwnerKind, entry: ImportedResource): ImportOutcome {
    const folder = this.#folderOf(entry.content);
    if ('outcome' in folder) return folder;
    const { folderId } = folder;
    const holder = this.#existing.kinds.get(entry.id);
    if (holder !== undefined && holder !== kind) return outcomes.idTaken(folderId);
    const room = this.#existing.room.get(roomKey(kind, folderId));
    if (room !== undefined && room <= 0) return outcomes.noRoom(kind, folderId);
    const obstacle = this.#obstacle(kind, entry, folderId);
    if (obstacle) return obstacle;
    if (room !== undefined) this.#existing.room.set(roomKey(kind, folderId), room - 1);
    const { createdAt = this.#now, status = 'ACTIVE' } = entry.content;
    this.#put(kind, entry.id, { folderId, content: { ...entry.content, createdAt, status } }, undefined);
    return outcomes.created(folderId);
  }

  /** The folder that a new resource comes into; the folders that are named have been asked about before. */
  #folderOf(content: Content): { readonly folderId: string } | ImportOutcome {
    if ('folderId' in content) return content;
    return this.#permitted({ kind: 'registry', id: content.registryId });
  }

  /** A resource that an entry belongs to. To a caller that may not see it, it is not there. */
  #permitted(owner: Owner): Stored | ImportOutcome {
    const stored = this.#existing.resources[owner.kind].get(owner.id);
    const access = stored ? this.#request.access(stored.folderId) : 'hidden';
    if (stored === undefined || access === 'hidden') return outcomes.noSuch(owner);
    return access === 'permitted' ? stored : outcomes.foreign(access, stored.folderId);
  }

  /** What of the entry another resource has. */
  #obstacle(kind: OwnerKind, { id, content }: ImportedResource, folderId: string): ImportOutcome | undefined {
    const holder = this.#existing.names.get(nameKey(kind, parentOf(content), content.name));
    if (holder !== undefined && holder !== id) return outcomes.nameTaken(kind, folderId);
    if (!('topicAliases' in content)) return undefined;
    const table = this.#existing.aliases.get(content.registryId);
    const isTaken = content.topicAliases.some(([alias]) => table?.conflicts(alias, id));
    return isTaken ? outcomes.aliasTaken(folderId) : undefined;
  }

  #put(kind: OwnerKind, id: string, next: Stored, before: Stored | undefined): void {
    const { content } = next;
    const isNew = before === undefined || this.#created[kind].has(id);
    (isNew ? this.#created : this.#updated)[kind].set(id, next);
    this.#existing.resources[kind].set(id, next);
    if (isNew) this.#existing.kinds.set(id, kind);
    // A name that is given up stays taken until the next request: so no statement depends on the order of its rows.
    if (content.name !== '') this.#existing.names.set(nameKey(kind, parentOf(content), content.name), id);
    if (!('topicAliases' in content)) return;
    const table = this.#existing.aliases.get(content.registryId);
    for (const [alias] of (before?.content as DeviceContent | undefined)?.topicAliases ?? []) {
      table?.remove(alias, id);
    }
    for (const [alias] of content.topicAliases) table?.add(alias, id);
  }

  #certificate(entry: ImportedCertificate): ImportOutcome {
    const owner = this.#permitted(entry.owner);
    if ('outcome' in owner) return owner;
    const { folderId } = owner;
    const key = certificateKey(entry);
    const stored = this.#existing.certificates.get(key);
    if (stored === undefined) {
      this.#createdCertificates.set(key, this.#remember(key, entry, this.#now));
      return outcomes.created(folderId);
    }
    if (!isDeepStrictEqual(stored.owner, entry.owner)) return outcomes.certificateTaken(folderId);
    const differences = certificateDifferences(entry, stored);
    if (differences.length === 0) return outcomes.unchanged(folderId);
    if (!this.#request.overwrite) return outcomes.different(differences, folderId);
    const next = this.#remember(key, entry, stored.createdAt);
    (this.#createdCertificates.has(key) ? this.#createdCertificates : this.#updatedCertificates).set(
      key,
      next,
    );
    return outcomes.updated(differences, folderId);
  }

  #remember(key: string, entry: ImportedCertificate, otherwise: Date): ImportedCertificate {
    const { createdAt = otherwise, owner, pem } = entry;
    this.#existing.certificates.set(key, { owner, pem, createdAt });
    return { ...entry, createdAt };
  }
}

function newMaps(): PerKind<Map<string, Stored>> {
  return { registry: new Map(), broker: new Map(), device: new Map() };
}

const parentField = { registry: 'folderId', broker: 'folderId', device: 'registryId' } as const;

/** Within which a name must be unique. */
function parentOf(content: Content): string {
  return 'folderId' in content ? content.folderId : content.registryId;
}

/** The fields in which what is there differs; those that the entry leaves open do not. */
function differencesOf(given: Content, stored: Content): string[] {
  const there = stored as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(given)
    .filter(([field, value]) => value !== undefined && !isDeepStrictEqual(value, there[field]))
    .map(([field]) => field);
}

function certificateDifferences(given: ImportedCertificate, stored: StoredCertificate): string[] {
  const differences: string[] = [];
  if (given.pem !== stored.pem) differences.push('certificateData');
  if (given.createdAt !== undefined && given.createdAt.getTime() !== stored.createdAt.getTime()) {
    differences.push('createdAt');
  }
  return differences;
}

/** The content given, and what is there where it leaves a field open. */
function merged(given: Content, stored: Content): Content {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...stored, ...Object.fromEntries(said) };
}
