/** The files of an export. What is not there, too large or no array of JSON goes to the journal, and the rest is read. */
import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../errors.ts';
import type { EntryKind, ItemKind, Journal, Place } from '../finding.ts';
import {
  type ArrayItem,
  type EntryFault,
  type FileFault,
  readJsonArray,
  splitJsonArray,
} from './json-array.ts';

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

const entryReasons: Readonly<Record<EntryFault, string>> = {
  BAD_ENTRY: 'It is no JSON.',
  ENTRY_TOO_LARGE: 'It has more than 1 MiB.',
  CUT_ENTRY: 'The file ends in the middle of it.',
};
const fileReasons: Readonly<Record<FileFault, string>> = {
  TRUNCATED: 'The file is cut off: what stood behind is unknown.',
  NOT_AN_ARRAY: 'It is no JSON array.',
  TEXT_BEHIND: 'Something follows the array; it was not read.',
};

/** An entry that is JSON, and where it stands. */
export interface RawEntry {
  readonly value: unknown;
  readonly place: Place;
}

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
      if (knownFile.test(name)) continue;
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
    if (!this.#isReadable(file)) return;
    for await (const item of readJsonArray(createReadStream(join(this.#path, file)))) {
      const entry = this.#entryOf(item, file, kind);
      if (entry) yield entry;
    }
  }

  /**
   * The entries of a small file; none when it is not there. Synchronous: an export has one for each device, and asking the
   * thread pool costs ten times what reading does.
   */
  *small(file: string, kind: EntryKind): Generator<RawEntry> {
    const bytes = this.#smallFile(file);
    if (bytes === undefined) return;
    for (const item of splitJsonArray(bytes)) {
      const entry = this.#entryOf(item, file, kind);
      if (entry) yield entry;
    }
  }

  /** Names in a folder of the export; empty when it is not there. */
  list(folder: string): string[] {
    const path = join(this.#path, folder);
    return existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : [];
  }

  #smallFile(file: string): Uint8Array | undefined {
    let handle: number | undefined;
    try {
      handle = openSync(join(this.#path, file), 'r');
      if (fstatSync(handle).size > maxSmallFileBytes) {
        this.#journal.warn({ file, reason: 'It has more than 16 MiB: not read.', advice: exportAnew });
        return undefined;
      }
      return readFileSync(handle);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#unreadable(file, error);
      return undefined;
    } finally {
      if (handle !== undefined) closeSync(handle);
    }
  }

  #isReadable(file: string): boolean {
    try {
      closeSync(openSync(join(this.#path, file), 'r'));
      return true;
    } catch (error) {
      this.#unreadable(file, error);
      return false;
    }
  }

  #unreadable(file: string, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'The file is missing.' : `The file cannot be read: ${code}.`;
    this.#journal.warn({ file, reason, advice: exportAnew });
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
