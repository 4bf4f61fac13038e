/** Import of resources as another installation, or the old service, exported them: with their IDs and creation times. */
import { limits } from '@iotcore/model';
import { z } from 'zod';
import { topicAliases } from '../resources/alias-fields.ts';
import { BrokerStatus } from '../resources/broker.ts';
import { DeviceStatus } from '../resources/device.ts';
import { LogOptions } from '../resources/log-options.ts';
import { RegistryStatus } from '../resources/registry.ts';
import { checkedAlone } from '../schema/checked-alone.ts';
import { component } from '../schema/component.ts';
import {
  brokerId,
  checked,
  description,
  deviceId,
  fingerprint,
  folderId,
  instant,
  labels,
  name,
  registryId,
} from '../schema/fields.ts';

/** Entries of one request, of all kinds together: what one transaction writes in well under a second. */
export const maxImportEntries = 1000;

const createdAt = checked(whyNoCreationTime, {
  format: 'date-time',
  description: 'RFC 3339, kept to the millisecond. Absent: now, or of what is there already any.',
});

/** The first and the last moment that every part of the system can write. */
const times = { first: Date.parse('1970-01-01T00:00:00Z'), last: Date.parse('9999-12-31T23:59:59.999Z') };

function whyNoCreationTime(text: string): { description: string } | undefined {
  const [issue] = instant.safeParse(text).error?.issues ?? [];
  if (issue) return { description: issue.message };
  const time = Date.parse(text);
  if (time >= times.first && time <= times.last) return undefined;
  return { description: 'A time of the years 1970 to 9999.' };
}

const shared = {
  createdAt: createdAt.optional(),
  name: name.optional(),
  description: description.optional(),
  labels: labels.optional(),
};
const topLevel = { folderId, ...shared, logOptions: LogOptions.optional() };

/** A resource is described whole: a field that is absent is empty. Status and creation time are exempt. */
const whole = 'It is described whole: absent fields are empty.';

export const ImportRegistry = component(
  'ImportRegistry',
  z.strictObject({ id: registryId, ...topLevel, status: RegistryStatus.optional() }),
  {
    description: `A registry to import. ${whole}`,
    examples: [
      {
        id: 'are0qv3m5ptk1s8c2d4b',
        folderId: 'default',
        createdAt: '2021-03-04T09:12:55Z',
        name: 'greenhouse',
        status: 'ACTIVE',
      },
    ],
  },
);
export type ImportRegistry = z.output<typeof ImportRegistry>;

export const ImportBroker = component(
  'ImportBroker',
  z.strictObject({ id: brokerId, ...topLevel, status: BrokerStatus.optional() }),
  {
    description: `A broker to import. ${whole}`,
    examples: [{ id: 'arebk27tq0v9s3f6m1dh', folderId: 'default', name: 'plant' }],
  },
);
export type ImportBroker = z.output<typeof ImportBroker>;

export const ImportDevice = component(
  'ImportDevice',
  z.strictObject({
    id: deviceId,
    registryId,
    ...shared,
    status: DeviceStatus.optional(),
    topicAliases: topicAliases.optional(),
  }),
  {
    description: `A device to import. ${whole}`,
    examples: [
      {
        id: 'are9gnqohp4npug37mbs',
        registryId: 'are0qv3m5ptk1s8c2d4b',
        createdAt: '2021-03-04T09:13:20Z',
        name: 'pump-7',
        topicAliases: { 'pump7/': '$devices/are9gnqohp4npug37mbs/' },
      },
    ],
  },
);
export type ImportDevice = z.output<typeof ImportDevice>;

export const ImportCertificate = component(
  'ImportCertificate',
  z
    .strictObject({
      registryId: registryId.optional(),
      deviceId: deviceId.optional(),
      brokerId: brokerId.optional(),
      // Reading a certificate costs more than everything else here, so it is done once, where its contents are needed.
      certificateData: z.string().meta({
        maxLength: limits.certificateData.max,
        description:
          'One X.509 certificate in PEM, or a chain of which the first counts. Kept byte for byte.',
      }),
      fingerprint: fingerprint
        .optional()
        .describe(
          'If it is given, the certificate must have it. SHA-1 over the DER, 40 lower-case hex digits.',
        ),
      createdAt: createdAt.optional(),
    })
    .refine((entry) => [entry.registryId, entry.deviceId, entry.brokerId].filter(isGiven).length === 1, {
      message: 'Exactly one of registryId, deviceId and brokerId must be given.',
    }),
  { description: 'A certificate to import, and the one resource that it belongs to.' },
);
export type ImportCertificate = z.output<typeof ImportCertificate>;

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

function entries<S extends z.ZodType>(schema: S) {
  return z
    .array(checkedAlone(schema))
    .max(maxImportEntries, `At most ${maxImportEntries} entries in all.`)
    .optional();
}

export const ImportRequest = component(
  'ImportRequest',
  z
    .strictObject({
      overwrite: z
        .boolean()
        .optional()
        .describe('Whether what exists with other content is changed to the content given. Default: no.'),
      dryRun: z
        .boolean()
        .optional()
        .describe('Whether nothing is written, and the results say what would have been done. Default: no.'),
      registries: entries(ImportRegistry),
      brokers: entries(ImportBroker),
      devices: entries(ImportDevice),
      certificates: entries(ImportCertificate),
    })
    .refine(
      ({ registries = [], brokers = [], devices = [], certificates = [] }) =>
        registries.length + brokers.length + devices.length + certificates.length <= maxImportEntries,
      { message: `At most ${maxImportEntries} entries in all.` },
    ),
  {
    description: `What to import: at most ${maxImportEntries} entries in all. A device may come with its registry, a certificate with its owner.`,
    examples: [
      {
        registries: [{ id: 'are0qv3m5ptk1s8c2d4b', folderId: 'default', name: 'greenhouse' }],
        devices: [{ id: 'are9gnqohp4npug37mbs', registryId: 'are0qv3m5ptk1s8c2d4b', name: 'pump-7' }],
      },
    ],
  },
);
export type ImportRequest = z.output<typeof ImportRequest>;

export const ImportResult = component(
  'ImportResult',
  z.object({
    kind: component('ImportKind', z.enum(['REGISTRY', 'BROKER', 'DEVICE', 'CERTIFICATE']), {
      description: 'What an entry was about.',
    }),
    id: z
      .string()
      .describe('ID of the resource; of a certificate, of its owner. Empty if the entry names none.'),
    fingerprint: z.string().optional().describe('Of a certificate that could be read.'),
    outcome: component('ImportOutcome', z.enum(['CREATED', 'UNCHANGED', 'UPDATED', 'CONFLICT', 'REFUSED']), {
      description:
        'UNCHANGED: it was there with the same content. UPDATED: it was there with other content, and `overwrite` was said. CONFLICT: it is there with other content, or another resource has its name, alias or certificate. REFUSED: the entry is wrong; `reason` says what to do.',
    }),
    note: z
      .string()
      .optional()
      .describe(
        'What is worth knowing about the entry, for people: of a chain of certificates only the first counts.',
      ),
    code: z
      .int()
      .optional()
      .describe(
        'Of a CONFLICT or REFUSED: the google.rpc code that a call for this entry alone would be answered with, such as 6 (ALREADY_EXISTS) for an ID that is taken.',
      ),
    reason: z.string().optional().describe('Why it is a CONFLICT or was REFUSED, for people.'),
    differences: z
      .array(z.string())
      .optional()
      .describe('The fields in which what is there differs from the entry, or differed.'),
  }),
  {
    description: 'What became of one entry.',
    examples: [
      { kind: 'DEVICE', id: 'are9gnqohp4npug37mbs', outcome: 'CREATED' },
      {
        kind: 'REGISTRY',
        id: 'are0qv3m5ptk1s8c2d4b',
        outcome: 'CONFLICT',
        reason: 'It exists with another description. Say overwrite to change it.',
        differences: ['description'],
      },
    ],
  },
);
export type ImportResult = z.output<typeof ImportResult>;

export const ImportResponse = component('ImportResponse', z.object({ results: z.array(ImportResult) }), {
  description:
    'One result for each entry: registries, brokers, devices, certificates, each in the order given.',
});
