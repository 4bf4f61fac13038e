/** Exports of a registry to data streams, as the old service has them. Each is an export with a target of Kafka. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { exportId, name, registryId, text, timestamp } from '../schema/fields.ts';

export const dataStreamExportId = z.string().max(50, 'At most 50 characters.');

const filter = text(4096).describe('A topic filter. Absent: every message of the registry.');
const database = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, '1 to 256 characters of printable ASCII without blanks.')
  .describe(
    'The path of the database that the stream lies in. The operator says where the servers of each are (`IOT_DATA_STREAMS_FILE`).',
  );
const stream = z
  .string()
  .regex(/^[a-zA-Z0-9._/-]{1,249}$/, '1 to 249 characters of [a-zA-Z0-9._/-].')
  .describe('The name of the stream: the topic of Kafka.');
const serviceAccountId = z
  .string()
  .max(50, 'At most 50 characters.')
  .describe('Kept and shown; the credentials are those that the operator has set for the database.');

const DataStreamExport = component(
  'DataStreamExport',
  z.object({
    id: exportId,
    name: name.optional(),
    registryId,
    mqttTopicFilter: filter.optional(),
    database,
    stream,
    serviceAccountId: serviceAccountId.optional(),
    createdAt: timestamp,
  }),
  {
    description:
      'An export of a registry to a data stream. Under its ID there is the export that does the work.',
    examples: [
      {
        id: 'arek3q0v9s7f6m1dh2bt',
        name: 'telemetry',
        registryId: 'are0qv3m5ptk1s8c2d4b',
        database: '/ru-central1/b1gexample/etnexample',
        stream: 'telemetry',
        createdAt: '2026-11-22T15:38:28.412Z',
      },
    ],
  },
);
export type DataStreamExport = z.output<typeof DataStreamExport>;

export const AddDataStreamExportRequest = component(
  'AddDataStreamExportRequest',
  z.strictObject({
    name: name.optional(),
    mqttTopicFilter: filter.optional(),
    database,
    stream,
    serviceAccountId: serviceAccountId.optional(),
    paused: z
      .boolean()
      .optional()
      .describe('Begins paused: messages are recorded, and not sent. REST alone has it.'),
  }),
  {
    description: 'A data stream that the messages of the registry go to.',
    examples: [{ name: 'telemetry', database: '/ru-central1/b1gexample/etnexample', stream: 'telemetry' }],
  },
);

export const ListDataStreamExportsResponse = component(
  'ListDataStreamExportsResponse',
  z.object({ dataStreamExports: z.array(DataStreamExport) }),
  { description: 'All of them, ordered by ID.' },
);
