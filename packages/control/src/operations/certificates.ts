import { FindCertificatesQuery, FindCertificatesResponse, type FoundCertificate } from '@iotcore/contract';
import { certificateSubject } from '@iotcore/model';
import type { FoundCertificateRow } from '@iotcore/store/control';
import { text } from '../messages/json.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { folder } from '../pipeline/subject.ts';
import { instant } from './shared/instant.ts';

export const certificateOperations = [
  defineOperation({
    name: 'findCertificates',
    service: 'ObservationService',
    summary: 'Lists the certificates of a folder by their end, those that run out first',
    permission: 'view',
    message: FindCertificatesQuery,
    output: FindCertificatesResponse,
    subject: ({ folderId }) => folder(folderId),
    async run({ input: { folderId, resourceId, endsBefore }, read, page: request, nextPageToken }) {
      const filter = { folderId, resourceId, endsBefore: instant(endsBefore) };
      const page = await read.certificates.search(filter, request);
      return { certificates: page.rows.map(toFoundCertificate), ...nextPageToken(page) };
    },
  }),
];

function toFoundCertificate(row: FoundCertificateRow): FoundCertificate {
  const { fingerprint, kind, id, name, pem, notBefore, notAfter } = row;
  return {
    fingerprint,
    resourceKind: kind.toUpperCase() as FoundCertificate['resourceKind'],
    resourceId: id,
    ...text('resourceName', name),
    subject: certificateSubject(pem),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  };
}
