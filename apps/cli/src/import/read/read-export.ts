/**
 * An export, entry by entry: registries and brokers with their certificates first, then the devices of each registry
 * with theirs. Everything that can be checked without the server is checked here; what is bad goes to the journal, and the
 * rest comes out. Held in memory: an ID, a name and a fingerprint of each entry, never the entries.
 */

import type { Journal, Unit } from '../finding.ts';
import { CertificateReader } from './certificates.ts';
import { EntryIndex } from './entry-index.ts';
import { ExportFolder, fileNames } from './files/export-folder.ts';
import { readDevices } from './read-devices.ts';
import { readTopLevel } from './read-top-level.ts';
import type { ReadingParts } from './reading-parts.ts';

/** What one reading of an export found out, and the next one need not find out again. */
export interface Refusals {
  /** Refused certificates, by their number in the order of reading. */
  readonly refusedCertificates: ReadonlySet<number>;
  /** Aliases that stay behind, as `device alias`. */
  readonly refusedAliases: ReadonlySet<string>;
}

export interface ExportReading {
  readonly units: AsyncGenerator<Unit>;
  /** Complete once all units have been taken. */
  readonly refusals: Refusals;
}

/** Reads the folder; with the refusals of an earlier reading in a fraction of the time. */
export function readExport(path: string, journal: Journal, now: Date, earlier?: Refusals): ExportReading {
  const certificates = new CertificateReader(journal, now, earlier?.refusedCertificates);
  const refusedAliases = new Set(earlier?.refusedAliases);
  const parts: ReadingParts = {
    folder: new ExportFolder(path, journal),
    journal,
    index: new EntryIndex(),
    certificates,
    refusedAliases,
    isFirst: earlier === undefined,
  };
  return { units: readUnits(parts), refusals: { refusedCertificates: certificates.refused, refusedAliases } };
}

async function* readUnits(parts: ReadingParts): AsyncGenerator<Unit> {
  const { folder, journal } = parts;
  folder.reportStrangers();
  const registryIds = new Set<string>();
  for await (const unit of readTopLevel('REGISTRY', parts)) {
    for (const { kind, id } of unit.items) if (kind === 'REGISTRY') registryIds.add(id);
    yield unit;
  }
  yield* readTopLevel('BROKER', parts);
  for (const registryId of folder.idsOf('devices-', '.json')) {
    if (registryIds.has(registryId)) continue;
    registryIds.add(registryId);
    journal.warn({
      file: fileNames.devices(registryId),
      reason: `Registry ${registryId} is not among those of ${fileNames.registries}.`,
      advice: 'Its devices come over only if the server has the registry already.',
    });
  }
  for (const registryId of registryIds) yield* readDevices(registryId, parts);
}
