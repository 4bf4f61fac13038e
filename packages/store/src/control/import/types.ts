/** What an import is asked to do, and what became of it. Entries are valid in themselves: the caller has checked that. */
import type { NewCertificate } from '../credentials/certificates.ts';
import type { Owner, OwnerKind } from '../resources/owners.ts';
import type { FolderQuotas } from '../resources/quotas.ts';

/** A resource described whole. A field that is undefined may be anything where the resource exists. */
interface ImportedContent {
  /** Undefined: now. */
  readonly createdAt: Date | undefined;
  /** Empty: none. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: ACTIVE. */
  readonly status: string | undefined;
}

/** Of a registry or broker. */
export interface TopLevelContent extends ImportedContent {
  readonly folderId: string;
  /** null: none. */
  readonly logOptions: object | null;
}

export interface DeviceContent extends ImportedContent {
  readonly registryId: string;
  /** Alias and prefix, sorted by alias. */
  readonly topicAliases: readonly (readonly [string, string])[];
}

export type Content = TopLevelContent | DeviceContent;

export interface ImportedResource<C extends Content = Content> {
  readonly id: string;
  readonly content: C;
}

export interface ImportedCertificate extends NewCertificate {
  readonly owner: Owner;
  /** Undefined: now. */
  readonly createdAt: Date | undefined;
}

/** What the caller may do in a folder: import into it, see it, or not even know that it is there. */
export type Access = 'permitted' | 'visible' | 'hidden';

export interface Import {
  readonly overwrite: boolean;
  readonly dryRun: boolean;
  readonly access: (folderId: string) => Access;
  readonly quotas: FolderQuotas;
  readonly registries: readonly ImportedResource<TopLevelContent>[];
  readonly brokers: readonly ImportedResource<TopLevelContent>[];
  readonly devices: readonly ImportedResource<DeviceContent>[];
  readonly certificates: readonly ImportedCertificate[];
}

export interface ImportOutcome {
  readonly outcome: 'CREATED' | 'UNCHANGED' | 'UPDATED' | 'CONFLICT' | 'REFUSED';
  /** Of a CONFLICT or REFUSED: what a call for this entry alone would be answered. */
  readonly code?: 'ALREADY_EXISTS' | 'NOT_FOUND' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED';
  /** Why it is a CONFLICT or was REFUSED, and what to do about it. */
  readonly reason?: string;
  /** Fields in which what was there differs from the entry. */
  readonly differences?: readonly string[];
  /** The folder that it was about, if there is one that the caller may know of. */
  readonly folderId?: string;
}

/** An outcome for each entry, in the order of the entries. */
export interface ImportOutcomes {
  readonly registries: readonly ImportOutcome[];
  readonly brokers: readonly ImportOutcome[];
  readonly devices: readonly ImportOutcome[];
  readonly certificates: readonly ImportOutcome[];
}

/** What is there of a resource. */
export interface Stored {
  readonly folderId: string;
  readonly content: Content;
}

export interface StoredCertificate {
  readonly owner: Owner;
  readonly pem: string;
  readonly createdAt: Date;
}

export type PerKind<T> = Readonly<Record<OwnerKind, T>>;
