/** Export of a registry's devices, with all that an import takes and what tells which of them can log in. */
import { z } from 'zod';
import { Device } from '../resources/device.ts';
import { component } from '../schema/component.ts';
import { fingerprint, nextPageToken, paging, timestamp } from '../schema/fields.ts';

export const ExportRegistryQuery = z.strictObject(paging());

const ExportedCertificate = component(
  'ExportedCertificate',
  z.object({
    fingerprint,
    certificateData: z.string().meta({ description: 'PEM, as it was given.' }),
    createdAt: timestamp,
  }),
  { description: 'A certificate of an exported device.' },
);

export const ExportedDevice = component(
  'ExportedDevice',
  z.object({
    ...Device.shape,
    certificates: z.array(ExportedCertificate),
    passwordCount: z
      .int()
      .min(0)
      .describe('How many passwords it has. They are stored as hashes, and never shown.'),
  }),
  { description: 'A device with its certificates. Empty fields are absent.' },
);
export type ExportedDevice = z.output<typeof ExportedDevice>;

export const ExportRegistryResponse = component(
  'ExportRegistryResponse',
  z.object({ devices: z.array(ExportedDevice), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the devices of a registry, ordered by ID.' },
);
