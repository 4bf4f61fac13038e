import type { Item, Unit } from '../finding.ts';
import type { CertificateOwner } from './certificates.ts';
import { checkEntry } from './check-entry.ts';
import { convertTopLevel } from './entries.ts';
import { fileNames } from './files/export-folder.ts';
import type { ReadingParts } from './reading-parts.ts';

const sources = {
  REGISTRY: {
    file: fileNames.registries,
    certificatesOf: fileNames.registryCertificates,
    ownerField: 'registry_id',
    prefix: 'registry-certs-',
  },
  BROKER: {
    file: fileNames.brokers,
    certificatesOf: fileNames.brokerCertificates,
    ownerField: 'broker_id',
    prefix: 'broker-certs-',
  },
} as const;

/** The registries or brokers of an export, each with its certificates; then certificates whose owner is not in it. */
export async function* readTopLevel(kind: 'REGISTRY' | 'BROKER', parts: ReadingParts): AsyncGenerator<Unit> {
  const { folder, journal } = parts;
  const { file, certificatesOf, ownerField, prefix } = sources[kind];
  const certificatesLeft = new Set(folder.idsOf(prefix, '.json'));
  const certificates = (id: string) => readCertificates(certificatesOf(id), { field: ownerField, id }, parts);
  for await (const entry of folder.stream(file, kind)) {
    const checked = checkEntry(kind, entry, convertTopLevel, parts);
    if (!checked) continue;
    const { id, converted } = checked;
    // The guide of the old service exports no certificates of brokers, so that their absence says nothing.
    if (!certificatesLeft.delete(id) && kind === 'REGISTRY') {
      const advice = 'If the registry has certificates, export them and run again.';
      journal.warn({ file: certificatesOf(id), kind, id, reason: 'The file is missing.', advice });
    }
    yield { items: [{ kind, id, body: converted.body, place: entry.place }, ...certificates(id)] };
  }
  for (const id of certificatesLeft) {
    const reason = `${id} is not in ${file}.`;
    const advice = 'Its certificates come over only if the server has it already.';
    journal.warn({ file: certificatesOf(id), id, reason, advice });
    for (const item of certificates(id)) yield { items: [item] };
  }
}

/** The certificates of one resource that can be sent. */
export function readCertificates(file: string, owner: CertificateOwner, parts: ReadingParts): Item[] {
  const items: Item[] = [];
  for (const { value, place } of parts.folder.small(file, 'CERTIFICATE')) {
    const item = parts.certificates.read(value, owner, place);
    if (item) items.push(item);
  }
  return items;
}
