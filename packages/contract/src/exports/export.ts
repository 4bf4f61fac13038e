/** Exports: the messages of a registry, a device or a broker, handed on to another system. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  brokerId,
  checked,
  description,
  deviceId,
  exportId,
  folderId,
  instant,
  labels,
  name,
  nextPageToken,
  paging,
  registryId,
  text,
  timestamp,
} from '../schema/fields.ts';
import { updateMask } from '../schema/update-mask.ts';
import { exportSettings } from './settings.ts';
import { ExportTarget, ShownExportTarget } from './targets.ts';
import { int64, position } from './values.ts';

const filter = text(4096).describe(
  'A topic filter in any notation of topics.md, aliases too. Absent: every message of the source. `$events/#`: no messages, but events of its clients, or one kind of them: `$events/connected`, `disconnected`, `refused`, `silent`.',
);

const ExportSource = component(
  'ExportSource',
  z
    .strictObject({
      registryId: registryId.optional(),
      deviceId: deviceId.optional().describe('Only the topics of this device of the registry.'),
      brokerId: brokerId.optional(),
      mqttTopicFilter: filter.optional(),
    })
    .refine(
      ({ registryId, brokerId }) => (registryId === undefined) !== (brokerId === undefined),
      'Exactly one of registryId and brokerId.',
    )
    .refine(({ registryId, deviceId }) => deviceId === undefined || registryId !== undefined, {
      message: 'A device is one of a registry: give registryId too.',
      path: ['deviceId'],
    }),
  { description: 'Whose messages: of a registry, one of its devices, or a broker.' },
);

const states = ['DELIVERING', 'IDLE', 'RETRYING', 'MISCONFIGURED', 'FULL', 'PAUSED'] as const;

const ExportState = component(
  'ExportState',
  z.object({
    state: z
      .enum(states)
      .describe(
        'RETRYING: the target is away. MISCONFIGURED: it will not take messages until something is changed, or no export process runs. FULL: the log, or the store of dead letters, has no room.',
      ),
    message: z.string().optional().describe('What is wrong, and what to do.'),
    head: int64.describe('The position that the next message gets.'),
    cursor: int64.describe('The first position that is not dealt with.'),
    lagMessages: int64,
    lagBytes: int64.describe('Of the messages that wait, by their share of those in the log.'),
    oldestMessageAt: timestamp.optional().describe('When the first message that waits was recorded.'),
    lastSuccessAt: timestamp.optional(),
    lastError: z.string().optional(),
    nextAttemptAt: timestamp.optional(),
    delivered: int64,
    discarded: int64.describe('Lost to a limit of the backlog.'),
    skipped: int64,
    deadLetters: int64.describe('That are kept.'),
    holder: z.string().optional().describe('The process that works on it.'),
  }),
  { description: 'How far an export has come. Positions and counts are 64-bit numbers, as text.' },
);
export type ExportState = z.output<typeof ExportState>;

const fields = {
  name: name.optional(),
  description: description.optional(),
  labels: labels.optional(),
};

export const Export = component(
  'Export',
  z.object({
    id: exportId,
    folderId,
    createdAt: timestamp,
    ...fields,
    source: ExportSource,
    target: ShownExportTarget,
    ...exportSettings,
    paused: z.boolean().optional().describe('Messages are recorded, and not sent.'),
    state: ExportState.optional().describe('Of one export, with `exportView=FULL`.'),
  }),
  {
    description: 'Hands messages on to another system. Empty fields are absent.',
    examples: [
      {
        id: 'arek3q0v9s7f6m1dh2bt',
        folderId: 'default',
        createdAt: '2026-11-22T15:38:28.412Z',
        name: 'telemetry',
        source: { registryId: 'are0qv3m5ptk1s8c2d4b', mqttTopicFilter: '$devices/+/events/#' },
        target: { webhook: { url: 'https://example.com/telemetry', format: 'CLOUDEVENTS' } },
        batch: { maxMessages: 100, maxBytes: 524_288, cutoff: '1s' },
        concurrency: 16,
        retry: { maxAttempts: 5, maxInterval: '300s' },
        backlog: {
          maxBytes: 268_435_456,
          maxAge: '604800s',
          replayWindow: '3600s',
          onFull: 'DISCARD_OLDEST',
        },
      },
    ],
  },
);
export type Export = z.output<typeof Export>;

const views = ['BASIC', 'FULL'] as const;
export const GetExportQuery = z.strictObject({
  exportView: component('ExportView', z.enum(views, `One of ${views.join(', ')}.`), {
    description: 'FULL adds `state`.',
  }).optional(),
});

export const ListExportsQuery = z
  .strictObject({
    folderId: folderId.optional(),
    registryId: registryId.optional(),
    brokerId: brokerId.optional(),
    ...paging(),
  })
  .refine(
    ({ folderId, registryId, brokerId }) =>
      [folderId, registryId, brokerId].filter((id) => id !== undefined).length === 1,
    { message: 'Exactly one of folderId, registryId and brokerId.', path: ['folderId'] },
  );

export const ListExportsResponse = component(
  'ListExportsResponse',
  z.object({ exports: z.array(Export), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of exports, ordered by ID.' },
);

export const CreateExportRequest = component(
  'CreateExportRequest',
  z.strictObject({
    ...fields,
    source: ExportSource,
    target: ExportTarget,
    ...exportSettings,
    paused: z.boolean().optional().describe('Begins paused: messages are recorded, and not sent.'),
  }),
  {
    description: 'An export to create. It lies in the folder of its registry or broker.',
    examples: [
      {
        name: 'telemetry',
        source: { registryId: 'are0qv3m5ptk1s8c2d4b', mqttTopicFilter: '$devices/+/events/#' },
        target: { webhook: { url: 'https://example.com/telemetry', format: 'CLOUDEVENTS' } },
      },
    ],
  },
);

const updatable = {
  ...fields,
  mqttTopicFilter: filter.optional(),
  target: ExportTarget.optional(),
  ...exportSettings,
};

export const UpdateExportRequest = component(
  'UpdateExportRequest',
  z.strictObject({ updateMask: updateMask(Object.keys(updatable)).optional(), ...updatable }),
  {
    description:
      'What to change of an export. Secrets of the target that are absent stay as they are, as long as its kind does. Without a mask a target that is absent stays, too.',
    examples: [{ updateMask: 'batch', batch: { maxMessages: 500 } }],
  },
);

export const ReplayExportRequest = component(
  'ReplayExportRequest',
  z
    .strictObject({
      position: position.optional(),
      time: instant.optional().describe('What was recorded since then.'),
    })
    .refine(({ position, time }) => (position === undefined) !== (time === undefined), {
      message: 'Exactly one of position and time.',
      path: ['position'],
    }),
  {
    description: 'From where to send once more: as far back as the log is kept.',
    examples: [{ position: '0' }],
  },
);

export const SkipExportRequest = component('SkipExportRequest', z.strictObject({ position }), {
  description: 'The first message that is to be sent; those before it that wait are counted as skipped.',
  examples: [{ position: '1200' }],
});

export const RotateExportSecretResponse = component(
  'RotateExportSecretResponse',
  z.object({
    signingSecret: z
      .string()
      .describe(
        '`whsec_` and 32 bytes in base64, as Standard Webhooks say. In this answer and nowhere else.',
      ),
    previousSecretEndsAt: timestamp.describe('Until then requests are signed with the one before, too.'),
  }),
  { description: 'The new secret that requests of a webhook are signed with.' },
);

export const TestExportResponse = component(
  'TestExportResponse',
  z.object({
    outcome: z.enum(['DONE', 'REFUSED', 'AWAY', 'MISCONFIGURED']),
    message: z.string().optional().describe('What is wrong, and what to do.'),
    status: z.int().optional().describe('Of HTTP.'),
    milliseconds: z.int(),
    answer: z.string().optional().describe('The first 1,024 bytes of it.'),
  }),
  { description: 'What the target said to a sample.' },
);

const DeadLetter = component(
  'ExportDeadLetter',
  z.object({
    id: z.string().describe('The event ID of the message.'),
    position: int64,
    at: timestamp.describe('When it was given up.'),
    recordedAt: timestamp,
    topic: z.string(),
    deviceId: z.string().optional().describe('The device that sent it.'),
    payload: z.string().describe('Base64.'),
    attempts: z.int(),
    reason: z.string(),
    answer: z.string().optional(),
  }),
  { description: 'A message that the target has refused for good.' },
);

export const ListExportDeadLettersQuery = z.strictObject(paging(100));
export const ListExportDeadLettersResponse = component(
  'ListExportDeadLettersResponse',
  z.object({ deadLetters: z.array(DeadLetter), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of dead letters, ordered by ID, which is by time.' },
);

export const eventId = checked(
  (value) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      ? undefined
      : { description: 'A UUID in lower case.' },
  { description: 'The event ID of the message.' },
);

export const RedeliverExportDeadLettersRequest = component(
  'RedeliverExportDeadLettersRequest',
  z
    .strictObject({
      ids: z.array(eventId).max(1000, 'At most 1000 IDs.').optional(),
      all: z.boolean().optional(),
    })
    .refine(({ ids = [], all = false }) => ids.length > 0 !== all, {
      message: 'Either ids or all.',
      path: ['ids'],
    }),
  { description: 'Which to send again, after what waits.', examples: [{ all: true }] },
);

const Attempt = component(
  'ExportAttempt',
  z.object({
    at: timestamp,
    firstPosition: int64,
    lastPosition: int64,
    outcome: z.string(),
    status: z.int().optional(),
    milliseconds: z.int(),
    error: z.string().optional(),
    answer: z.string().optional(),
  }),
  { description: 'One request to the target, and what came of it.' },
);

export const ListExportAttemptsResponse = component(
  'ListExportAttemptsResponse',
  z.object({ attempts: z.array(Attempt) }),
  { description: 'The last attempts, 100 at most, the newest first.' },
);
