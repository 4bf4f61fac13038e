import type { CertificateRow } from '@iotcore/store/control';

export function toCertificate(owner: Readonly<Record<string, string>>, row: CertificateRow) {
  return {
    ...owner,
    fingerprint: row.fingerprint,
    certificateData: row.pem,
    createdAt: row.createdAt.toISOString(),
  };
}
