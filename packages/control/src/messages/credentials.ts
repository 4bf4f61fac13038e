import type { ResourceNames } from '@iotcore/contract';
import type { CertificateRow, PasswordRow } from '@iotcore/store/control';

type Owner = Readonly<Record<string, string>>;

/** `{deviceId: …}`: how messages name what they belong to. */
export function ownerField({ idField }: ResourceNames, id: string): Owner {
  return { [idField]: id };
}

export function toCertificate(owner: Owner, row: CertificateRow) {
  return {
    ...owner,
    fingerprint: row.fingerprint,
    certificateData: row.pem,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toPassword(owner: Owner, row: PasswordRow) {
  return { ...owner, id: row.id, createdAt: row.createdAt.toISOString() };
}
