/** The entries of an import as the store takes them; those that are wrong in themselves become refusals here. */
import {
  BadEntry,
  type ImportBroker,
  type ImportCertificate,
  type ImportDevice,
  type ImportRegistry,
  type ImportResult,
} from '@iotcore/contract';
import { chainLength, checkAliases, expandAliases, limits, readCertificate } from '@iotcore/model';
import type {
  DeviceContent,
  ImportedCertificate,
  ImportedResource,
  Owner,
  TopLevelContent,
} from '@iotcore/store/control';

/** An entry that can be imported, or why it is refused; and what its result is called. */
export interface Slot<E> {
  readonly about: Pick<ImportResult, 'kind' | 'id' | 'fingerprint' | 'note'>;
  readonly entry?: E;
  /** Present if there is no entry. */
  readonly reason?: string;
}

type Shared = Pick<ImportDevice, 'createdAt' | 'name' | 'description' | 'labels'>;

function sharedContent({ createdAt, name = '', description = '', labels = {} }: Shared) {
  return { createdAt: timeOf(createdAt), name, description, labels };
}

function timeOf(createdAt: string | undefined): Date | undefined {
  return createdAt === undefined ? undefined : new Date(createdAt);
}

/** Nothing here would ever end a creation that the old service had begun. */
function statusOf(status: string | undefined): string | undefined {
  return status === 'CREATING' ? 'ACTIVE' : status;
}

export function topLevelSlot(
  kind: 'REGISTRY' | 'BROKER',
  given: ImportRegistry | ImportBroker | BadEntry,
): Slot<ImportedResource<TopLevelContent>> {
  if (given instanceof BadEntry) return bad(kind, given, 'id');
  const { id, folderId, logOptions = null } = given;
  const content = { folderId, ...sharedContent(given), status: statusOf(given.status), logOptions };
  return { about: { kind, id }, entry: { id, content } };
}

export function deviceSlot(given: ImportDevice | BadEntry): Slot<ImportedResource<DeviceContent>> {
  if (given instanceof BadEntry) return bad('DEVICE', given, 'id');
  const { id, registryId } = given;
  const about = { kind: 'DEVICE', id } as const;
  const aliases = [...expandAliases(Object.entries(given.topicAliases ?? {}), id)];
  const violations = checkAliases(aliases, id);
  if (violations.length > 0) {
    return {
      about,
      reason: violations.map(({ field, description }) => `${field}: ${description}`).join(' '),
    };
  }
  const topicAliases = aliases.sort(([a], [b]) => (a < b ? -1 : 1));
  const content = { registryId, ...sharedContent(given), status: statusOf(given.status), topicAliases };
  return { about, entry: { id, content } };
}

export function certificateSlot(given: ImportCertificate | BadEntry): Slot<ImportedCertificate> {
  if (given instanceof BadEntry) return bad('CERTIFICATE', given, 'deviceId', 'registryId', 'brokerId');
  const owner = ownerOf(given);
  const about = { kind: 'CERTIFICATE', id: owner.id } as const;
  const reading = readCertificate(given.certificateData);
  if (!reading.ok) return { about, reason: `certificateData: ${reading.violation.description}` };
  const { sha256, ...facts } = reading.certificate;
  if (given.fingerprint !== undefined && given.fingerprint !== facts.fingerprint) {
    const reason = `The fingerprint given is ${given.fingerprint}, that of the certificate is ${facts.fingerprint}: one of them belongs to another certificate.`;
    return { about: { ...about, fingerprint: facts.fingerprint }, reason };
  }
  const note = 'The PEM is a chain: only its first certificate counts.';
  return {
    about: {
      ...about,
      fingerprint: facts.fingerprint,
      ...(chainLength(given.certificateData) > 1 && { note }),
    },
    entry: {
      ...facts,
      sha256: Uint8Array.from(sha256),
      pem: given.certificateData,
      owner,
      createdAt: timeOf(given.createdAt),
    },
  };
}

function ownerOf({ registryId, deviceId, brokerId }: ImportCertificate): Owner {
  if (deviceId !== undefined) return { kind: 'device', id: deviceId };
  if (registryId !== undefined) return { kind: 'registry', id: registryId };
  return { kind: 'broker', id: brokerId ?? '' };
}

/** `idFields`: where the entry may say what it is about. */
function bad(kind: ImportResult['kind'], entry: BadEntry, ...idFields: string[]): Slot<never> {
  const [id = ''] = idFields.flatMap((field) => entry.text(field) ?? []);
  return { about: { kind, id: id.slice(0, limits.id.max).toWellFormed() }, reason: entry.reason };
}
