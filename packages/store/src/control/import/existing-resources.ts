/** What is there of all that an import names, as far as its plan depends on it. */
import type { OwnerKind } from '../resources/owners.ts';
import type { AliasTable } from './alias-table.ts';
import type { PerKind, Stored, StoredCertificate } from './types.ts';

export interface ExistingResources {
  readonly resources: PerKind<Map<string, Stored>>;
  /** Which kind an ID belongs to, service accounts included; of the IDs of the entries. */
  readonly kinds: Map<string, string>;
  /** IDs by name, by `nameKey`. */
  readonly names: Map<string, string>;
  /** By registry. */
  readonly aliases: Map<string, AliasTable>;
  /** By `certificateKey`. */
  readonly certificates: Map<string, StoredCertificate>;
  /** How many more a folder may have, by `roomKey`. Absent: any number. */
  readonly room: Map<string, number>;
}

/** A name within the folder or registry where it must be unique. */
export function nameKey(kind: OwnerKind, parentId: string, name: string): string {
  return `${kind}/${parentId}/${name}`;
}

export function roomKey(kind: OwnerKind, folderId: string): string {
  return `${kind}/${folderId}`;
}

/** SHA-256 in lower-case hex. */
export function certificateKey({ sha256 }: { readonly sha256: Uint8Array }): string {
  return Buffer.from(sha256).toString('hex');
}

/** Aliases in the one order in which they are compared. */
export function sortAliases(aliases: Iterable<readonly [string, string]>): (readonly [string, string])[] {
  return [...aliases].sort(([a], [b]) => (a < b ? -1 : 1));
}
