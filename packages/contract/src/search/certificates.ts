/** Certificates of a folder, by their end. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { fingerprint, folderId, instant, nextPageToken, paging, text, timestamp } from '../schema/fields.ts';

const maxIdCharacters = 50;

export const FindCertificatesQuery = z.strictObject({
  folderId,
  resourceId: text(maxIdCharacters, 'Those of this registry, device or broker alone.').optional(),
  endsBefore: instant.meta({ description: 'That end before this time, or have ended.' }).optional(),
  ...paging(),
});

const FoundCertificate = component(
  'FoundCertificate',
  z.object({
    fingerprint,
    resourceKind: z.enum(['REGISTRY', 'DEVICE', 'BROKER']),
    resourceId: z.string(),
    resourceName: z.string().optional(),
    subject: z.string().describe('Whom it names, as it says itself; nothing is decided by it.'),
    notBefore: timestamp,
    notAfter: timestamp,
  }),
  {
    description: 'A certificate, whose it is, and how long it is valid.',
    examples: [
      {
        fingerprint: '0b5c9fd43b1f4d6a9a346f1c2b7d8e900b5c9fd4',
        resourceKind: 'DEVICE',
        resourceId: 'are9gnqohp4npug37mbs',
        resourceName: 'pump-7',
        subject: 'CN=pump-7',
        notBefore: '2025-12-01T00:00:00.000Z',
        notAfter: '2026-12-01T00:00:00.000Z',
      },
    ],
  },
);
export type FoundCertificate = z.output<typeof FoundCertificate>;

export const FindCertificatesResponse = component(
  'FindCertificatesResponse',
  z.object({ certificates: z.array(FoundCertificate), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of certificates; those that end first come first.' },
);
