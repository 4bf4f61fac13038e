/** The files of an export. What is not there, too large or no array of JSON goes to the journal, and the rest is read. */
import { closeSync, createReadStream, fstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../../errors.ts';
import type { EntryKind, ItemKind, Journal, Place } from '../../finding.ts';
import {
  type ArrayItem,
  type EntryFault,
  type FileFault,
  readJsonArray,
  splitJsonArray,
} from './json-array.ts';
import { type Opened, openFile } from './open-file.ts';

/** Read whole: the certificates of one resource, of which there are a few of about 2 KB. */
const maxSmallFileBytes = 16_777_216;

/** The names of an export's files. `<id>` stands for the ID of the registry or broker. */
export const fileNames = {
  registries: 'registries.json',
  brokers: 'brokers.json',
  devices: (registryId: string) => `devices-${registryId}.json`,
  aliases: (registryId: string) => `aliases-${registryId}.json`,
  registryCertificates: (registryId: string) => `registry-certs-${registryId}.json`,
  brokerCertificates: (brokerId: string) => `broker-certs-${brokerId}.json`,
  deviceCertificates: (registryId: string) => `device-certs-${registryId}`,
} as const;

const knownFile =
  /^(?:registries\.json|brokers\.json|(?:devices|aliases|registry-certs|broker-certs)-[a-z0-9]+\.json|device-certs-[a-z0-9]+)$/;

/** Read by import/exports, whatever else the folder holds. */
const fileOfExports = /^(?:triggers\.json|yds-exports-[a-z0-9]+\.json)$/;

const entryReasons: Readonly<Record<EntryFault, string>> = {
  BAD_ENTRY: 'It is no JSON.',
  ENTRY_TOO_LARGE: 'It has more than 1 MiB.',
  CUT_ENTRY: 'The file ends in the middle of it.',
};
const fileReasons: Readonly<Record<FileFault, string>> = {
  TRUNCATED: 'The file is cut off: what followed is unknown.',
  NOT_AN_ARRAY: 'It is no JSON array.',
  TEXT_BEHIND: 'Something follows the array; it was not read.',
};

/** An entry that is JSON, and where it stands. */
export interface RawEntry {
  readonly value: unknown;
  readonly place: Place;
}

type Fault = Exclude<Opened, { readonly handle: number }>;

export class ExportFolder {
  readonly #path: string;
  readonly #journal: Journal;
  /** What lies at the top of the folder. */
  readonly names: ReadonlySet<string>;

  /** Fails when the folder is not there, or holds nothing of an export. */
  constructor(path: string, journal: Journal) {
    this.#path = path;
    this.#journal = journal;
    this.names = new Set(listFolder(path));
    if (![...this.names].some((name) => knownFile.test(name))) {
      throw usageError(
        `${path}: no export: none of registries.json, brokers.json, devices-<registry>.json is here`,
      );
    }
  }

  /** Says which files are no part of an export: one that was renamed would be missed in silence. */
  reportStrangers(): void {
    for (const name of this.names) {
      if (knownFile.test(name) || fileOfExports.test(name)) continue;
      const advice = 'If it belongs to the export, give it the name that docs/migration lists.';
      this.#journal.warn({ file: name, reason: 'No file of an export has this name: not read.', advice });
    }
  }

  /** The IDs in the names of files such as `devices-<id>.json`. */
  idsOf(prefix: string, suffix: string): string[] {
    return [...this.names]
      .filter((name) => name.startsWith(prefix) && name.endsWith(suffix) && knownFile.test(name))
      .map((name) => name.slice(prefix.length, name.length - suffix.length));
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** The entries of a file of any size. */
  async *stream(file: string, kind: EntryKind): AsyncGenerator<RawEntry> {
    const opened = openFile(join(this.#path, file));
    if (opened.fault !== undefined) return this.#unreadable(file, kind, opened);
    const chunks = createReadStream('', { fd: opened.handle });
    try {
      for await (const item of readJsonArray(chunks)) {
        const entry = this.#entryOf(item, file, kind);
        if (entry) yield entry;
      }
    } catch (error) {
      // Whatever else goes wrong is no fault of the file.
      if (chunks.errored !== error) throw error;
      const fault = `The file cannot be read to its end: ${(error as NodeJS.ErrnoException).code}.`;
      this.#unreadable(file, kind, { fault, isMissing: false });
    }
  }

  /**
   * The entries of a small file; none when it is not there. Synchronous: an export has one for each device, and asking the
   * thread pool costs ten times what reading does.
   */
  *small(file: string, kind: EntryKind): Generator<RawEntry> {
    const bytes = this.#smallFile(file, kind);
    if (bytes === undefined) return;
    for (const item of splitJsonArray(bytes)) {
      const entry = this.#entryOf(item, file, kind);
      if (entry) yield entry;
    }
  }

  /** Names in a folder of the export; empty when it is not there. `kind`: what its files would hold. */
  list(folder: string, kind: EntryKind): string[] {
    try {
      return readdirSync(join(this.#path, folder));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      const fault = code === 'ENOTDIR' ? 'It is no folder.' : `The folder cannot be read: ${code}.`;
      this.#unreadable(folder, kind, { fault, isMissing: false });
      return [];
    }
  }

  #smallFile(file: string, kind: EntryKind): Uint8Array | undefined {
    const opened = openFile(join(this.#path, file));
    if (opened.fault !== undefined) {
      if (!opened.isMissing) this.#unreadable(file, kind, opened);
      return undefined;
    }
    try {
      if (fstatSync(opened.handle).size <= maxSmallFileBytes) return readFileSync(opened.handle);
      this.#unreadable(file, kind, { fault: 'It has more than 16 MiB: not read.', isMissing: false });
    } catch (error) {
      const fault = `The file cannot be read: ${(error as NodeJS.ErrnoException).code}.`;
      this.#unreadable(file, kind, { fault, isMissing: false });
    } finally {
      closeSync(opened.handle);
    }
    return undefined;
  }

  /** What is there and cannot be read is a loss; what is not there may never have been. */
  #unreadable(file: string, kind: EntryKind, { fault, isMissing }: Fault): void {
    const finding = { file, reason: fault, advice: exportAnew };
    if (isMissing) this.#journal.warn(finding);
    else this.#journal.refuse(kind, { ...finding, kind });
  }

  #entryOf(item: ArrayItem, file: string, kind: EntryKind): RawEntry | undefined {
    if ('value' in item) return { value: item.value, place: { file, entry: item.index } };
    if ('fileFault' in item) {
      this.#journal.refuse(kind, { file, kind, reason: fileReasons[item.fileFault], advice: exportAnew });
      return undefined;
    }
    const place = { file, entry: item.index };
    if (kind !== 'ALIAS') this.#journal.read(kind satisfies ItemKind);
    this.#journal.refuse(kind, {
      ...place,
      kind,
      reason: entryReasons[item.entryFault],
      advice: exportAnew,
    });
    return undefined;
  }
}

const exportAnew = 'Export this file anew and run again: only what is missing is added.';

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw usageError(`${path}: there is no such folder`);
    if (code === 'ENOTDIR')
      throw usageError(`${path}: this is a file; give the folder that the export is in`);
    throw usageError(`${path}: cannot be read: ${code}`);
  }
}
