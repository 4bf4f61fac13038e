/** What was read, and what is to be said about it. */

/** What an export holds. Aliases belong to devices and come over with them. */
export type EntryKind = 'REGISTRY' | 'BROKER' | 'DEVICE' | 'CERTIFICATE' | 'ALIAS';

/** What the server takes as an entry of its own. */
export type ItemKind = Exclude<EntryKind, 'ALIAS'>;

/** Where an entry was read. */
export interface Place {
  /** Relative to the folder of the export. */
  readonly file: string;
  /** Index in the file's array, from 0; in a file of rows, the line. Absent: the file itself. */
  readonly entry?: number;
}

/** Something that a person should know about a place, and what to do about it. */
export interface Finding extends Place {
  readonly kind?: EntryKind;
  /** ID of the resource; of a certificate or alias, that of its owner. */
  readonly id?: string;
  readonly fingerprint?: string;
  readonly field?: string;
  readonly reason: string;
  readonly advice?: string;
}

/** One entry that can be sent. */
export interface Item {
  readonly kind: ItemKind;
  /** ID of the resource; of a certificate, that of its owner. */
  readonly id: string;
  readonly fingerprint?: string;
  /** The entry in the form of the import call. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** A resource and its certificates: they go to the server together, so that either finds the other. */
export interface Unit {
  /** Of the registry that the resource belongs to; absent for registries and brokers themselves. */
  readonly registryId?: string;
  readonly items: readonly Item[];
}

/** Told about each entry while an export is read. */
export interface Journal {
  /** An entry came; whether it is any good is said by a later call, or by the unit that holds it. */
  read(kind: ItemKind): void;
  /** It cannot be sent. An alias is refused alone: its device still comes. */
  refuse(kind: EntryKind, finding: Finding): void;
  /** The same entry came before. */
  repeat(kind: ItemKind, finding: Finding): void;
  /** It is sent, but worth a look. */
  warn(finding: Finding): void;
}
