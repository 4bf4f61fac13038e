import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { usageError } from '../errors.ts';
import type { Item, Unit } from '../import/finding.ts';
import { RegistryAliases } from '../import/read/aliases.ts';
import { CertificateReader } from '../import/read/certificates.ts';
import { checkEntry } from '../import/read/check-entry.ts';
import { convertDevice } from '../import/read/entries.ts';
import { EntryIndex } from '../import/read/entry-index.ts';
import { openFile } from '../import/read/files/open-file.ts';
import type { CheckingParts } from '../import/read/reading-parts.ts';
import type { ImportSource } from '../import/run-import.ts';
import { type FileFormat, type Row, readRows } from './read-rows.ts';

/** A file of devices for one registry. */
export function fileSource(path: string, format: FileFormat, registryId: string): ImportSource {
  const opened = openFile(path);
  if (opened.fault !== undefined)
    throw usageError(`${path}: ${opened.fault} A file is needed: it is read twice.`);
  closeSync(opened.handle);
  return {
    name: path,
    read(journal, now, earlier) {
      const certificates = new CertificateReader(journal, now, earlier?.refusedCertificates);
      const refusedAliases = new Set(earlier?.refusedAliases);
      const index = new EntryIndex();
      const parts = { journal, index, certificates, refusedAliases, isFirst: earlier === undefined };
      return {
        units: readUnits(path, format, registryId, parts),
        refusals: { refusedCertificates: certificates.refused, refusedAliases },
      };
    },
  };
}

async function* readUnits(
  path: string,
  format: FileFormat,
  registryId: string,
  parts: CheckingParts,
): AsyncGenerator<Unit> {
  const aliases = new RegistryAliases(path, parts);
  for await (const row of readRows(path, format, parts.journal)) {
    const place = { file: path, entry: row.line };
    const entry = { value: withId(row.value, registryId), place };
    const checked = checkEntry('DEVICE', entry, (value) => convertDevice(value, registryId), parts);
    if (!checked) continue;
    const { id, converted } = checked;
    const own = aliases.of(id, converted.aliases, place);
    const body =
      own.size === 0 ? converted.body : { ...converted.body, topicAliases: Object.fromEntries(own) };
    const device: Item = { kind: 'DEVICE', id, body, place };
    yield { registryId, items: [device, ...certificatesOf(row, id, path, parts)] };
  }
  aliases.finish();
}

/**
 * A row without an ID gets one made of registry and name: the same row is the same device however often it is imported.
 * Without a name either, it has none, and is refused.
 */
function withId(value: unknown, registryId: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { id, name } = value as { id?: unknown; name?: unknown };
  if ((id !== undefined && id !== null && id !== '') || typeof name !== 'string' || name === '') return value;
  const digest = createHash('sha256').update(`${registryId}/${name}`).digest();
  const letters = Array.from(digest.subarray(0, 17), (byte) => (byte & 31).toString(32));
  return { ...value, id: `are${letters.join('')}` };
}

function certificatesOf(row: Row, id: string, file: string, parts: CheckingParts): Item[] {
  const { certificates } = row.value as { certificates?: unknown };
  const list = Array.isArray(certificates) ? certificates : [certificates].filter(Boolean);
  return list.flatMap((given: unknown) => {
    const entry = typeof given === 'string' ? { certificate_data: given } : given;
    return parts.certificates.read(entry, { field: 'device_id', id }, { file, entry: row.line }) ?? [];
  });
}
