/** Where an export sends to: exactly one of five. What is secret can be written and is never shown. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { text } from '../schema/fields.ts';
import { duration, secret } from './values.ts';

const pem = z.string().max(32_768, 'At most 32768 characters.');
const formats = ['YANDEX_TRIGGER', 'CLOUDEVENTS', 'RAW'] as const;
const WebhookFormat = component('WebhookFormat', z.enum(formats, `One of ${formats.join(', ')}.`), {
  description:
    'YANDEX_TRIGGER: what the old service called functions with. CLOUDEVENTS: 1.0, structured for one message, batched for several. RAW: the payload is the body, what else is known is in `ce-` headers; one message a request.',
});

const webhookSettings = {
  url: text(2048).describe(
    'An https URL, without user info and without secrets; http only into networks that the operator allows.',
  ),
  format: WebhookFormat.optional().describe('Default YANDEX_TRIGGER.'),
  caCertificate: pem.optional().describe('PEM of authorities to trust in place of the usual ones.'),
  timeout: duration(1, 60, 'For connection, request and answer together. Default 20s.').optional(),
};

const WebhookAuth = component(
  'WebhookAuth',
  z
    .strictObject({
      bearer: z.strictObject({ token: secret(8192, 'The token.').optional() }).optional(),
      basic: z
        .strictObject({
          username: z.string().max(256, 'At most 256 characters.'),
          password: secret(1024, 'The password.').optional(),
        })
        .optional(),
      header: z.strictObject({ name: text(128), value: secret(8192, 'The value.').optional() }).optional(),
    })
    .refine((auth) => given(auth) === 1, 'Exactly one of bearer, basic and header.'),
  { description: 'How the receiver knows us: exactly one way.' },
);

const WebhookTarget = component(
  'WebhookTarget',
  z.strictObject({
    ...webhookSettings,
    headers: z
      .record(z.string(), z.string().max(2048, 'At most 2048 characters.'))
      .meta({
        description:
          'Sent with each request, 32 at most. Their values are never shown; a change without them keeps all.',
      })
      .optional(),
    auth: WebhookAuth.optional(),
    clientCertificate: z
      .strictObject({ certificateData: pem, privateKey: secret(32_768, 'PEM of its key.').optional() })
      .optional(),
  }),
  { description: 'Called over HTTPS with each batch, signed as Standard Webhooks say.' },
);

const PostgresTarget = component(
  'PostgresTarget',
  z.strictObject({
    url: text(2048).describe('`postgresql://user@host:5432/database`, without the password.'),
    password: secret(1024, 'The password of the user.').optional(),
    table: text(127).describe('`table` or `schema.table`.'),
    createTable: z.boolean().optional().describe('Create the table if it is not there. Default false.'),
    tls: z
      .enum(['VERIFY', 'DISABLE'], 'One of VERIFY, DISABLE.')
      .optional()
      .describe('Default VERIFY. DISABLE only into networks that the operator allows.'),
    caCertificate: pem.optional().describe('PEM of authorities to trust in place of the usual ones.'),
  }),
  { description: 'A row for each message, in effect once.' },
);

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const kafkaFormats = ['YDS_JSON', 'CLOUDEVENTS', 'RAW'] as const;

const KafkaTarget = component(
  'KafkaTarget',
  z.strictObject({
    bootstrapServers: z
      .array(text(260))
      .min(1, 'At least one server.')
      .max(16, 'At most 16 servers.')
      .describe('`host:port` of some brokers.'),
    topic: text(249),
    format: z
      .enum(kafkaFormats, `One of ${kafkaFormats.join(', ')}.`)
      .optional()
      .describe('Default YDS_JSON: what the old service wrote to its data streams.'),
    tls: z
      .enum(['VERIFY', 'DISABLE'], 'One of VERIFY, DISABLE.')
      .optional()
      .describe('Default VERIFY. DISABLE only into networks that the operator allows.'),
    mechanism: z
      .enum(mechanisms, `One of ${mechanisms.join(', ')}.`)
      .optional()
      .describe('Absent: no log-in.'),
    username: z.string().max(512, 'At most 512 characters.').optional(),
    password: secret(1024, 'The password of the user.').optional(),
    caCertificate: pem.optional().describe('PEM of authorities to trust in place of the usual ones.'),
    compression: z.enum(['NONE', 'GZIP'], 'One of NONE, GZIP.').optional().describe('Default NONE.'),
  }),
  { description: 'A topic of Kafka, or of Yandex Data Streams.' },
);

/** Where the brokers of a data stream are, as the operator names them: a Kafka target without its topic. */
export const DataStreamServers = KafkaTarget.omit({ topic: true, format: true });
export type DataStreamServers = z.output<typeof DataStreamServers>;

const PullTarget = component('PullTarget', z.strictObject({}), {
  description: 'Nothing is sent: the receiver asks for messages, and acknowledges them.',
});

const NatsTarget = component(
  'NatsTarget',
  z.strictObject({
    servers: z
      .array(text(260))
      .min(1, 'At least one server.')
      .max(16, 'At most 16 servers.')
      .describe('`host:port` of some servers.'),
    subjectPrefix: text(128).describe('What subjects begin with; a stream of JetStream must take them.'),
    tls: z
      .enum(['VERIFY', 'DISABLE'], 'One of VERIFY, DISABLE.')
      .optional()
      .describe('Default VERIFY. DISABLE only into networks that the operator allows.'),
    username: z.string().max(512, 'At most 512 characters.').optional(),
    password: secret(1024, 'The password of the user.').optional(),
    token: secret(1024, 'A token in place of user and password.').optional(),
    caCertificate: pem.optional().describe('PEM of authorities to trust in place of the usual ones.'),
  }),
  { description: 'A stream of NATS JetStream.' },
);

export const ExportTarget = component(
  'ExportTarget',
  z
    .strictObject({
      webhook: WebhookTarget.optional(),
      postgres: PostgresTarget.optional(),
      kafka: KafkaTarget.optional(),
      pull: PullTarget.optional(),
      nats: NatsTarget.optional(),
    })
    .refine((target) => given(target) === 1, 'Exactly one of webhook, postgres, kafka, pull and nats.'),
  { description: 'Where messages go: exactly one of the fields.' },
);
export type ExportTarget = z.output<typeof ExportTarget>;

/** How many fields are set. */
function given(fields: object): number {
  return Object.values(fields).filter((value) => value !== undefined).length;
}

/** As it is shown: without secrets; of headers the names. */
export const ShownExportTarget = component(
  'ShownExportTarget',
  z.object({
    webhook: z
      .object({
        ...webhookSettings,
        headerNames: z.array(z.string()).optional(),
        auth: z
          .object({
            bearer: z.object({}).optional(),
            basic: z.object({ username: z.string() }).optional(),
            header: z.object({ name: z.string() }).optional(),
          })
          .optional(),
        clientCertificate: z.object({ certificateData: z.string() }).optional(),
      })
      .optional(),
    postgres: z.object(PostgresTarget.omit({ password: true }).shape).optional(),
    kafka: z
      .object({
        ...KafkaTarget.omit({ password: true }).shape,
        dataStream: z
          .object({ database: z.string(), serviceAccountId: z.string().optional() })
          .optional()
          .describe('Present if it was added as the export of a registry to a data stream.'),
      })
      .optional(),
    pull: z.object({}).optional(),
    nats: z.object(NatsTarget.omit({ password: true, token: true }).shape).optional(),
  }),
  { description: 'Where messages go, without what is secret.' },
);
export type ShownExportTarget = z.output<typeof ShownExportTarget>;
