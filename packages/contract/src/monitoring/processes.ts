/** The installation: its processes, how they are, and what they and the resources did. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { instant, text, timestamp, wholeNumber } from '../schema/fields.ts';

const figures = z
  .record(z.string(), z.number())
  .describe(
    'How it was: `connections`, `subscriptions`, `memoryBytes`, `eventLoopDelayMs` (the 99th percentile), `changeFeedBehindMs` (up to 1,000 when all is well), `databaseConnections`, `databaseWaiting`. What was counted meanwhile: `messagesReceived`, `messagesSent`, `messagesDropped`, `refused`, `calls`; of registries and brokers `bytesReceived` and `bytesSent`, too. Each as far as it applies.',
  );

export const Node = component(
  'Node',
  z.object({
    id: z.string(),
    kind: z.enum(['API', 'MQTT', 'EXPORT']),
    version: z.string(),
    place: z.string().describe('The machine, and the process there.'),
    startedAt: timestamp,
    seenAt: timestamp.describe('When it said last that it lives.'),
    ready: z.boolean(),
    figures,
    settings: z
      .record(z.string(), z.string())
      .optional()
      .describe('What holds there, by variable, secrets left out. With `nodeView=FULL`.'),
  }),
  { description: 'A process of the installation, as it was when it last said so: every ten seconds.' },
);
export type Node = z.output<typeof Node>;

const views = ['BASIC', 'FULL'] as const;
export const ListNodesQuery = z.strictObject({
  nodeView: component('NodeView', z.enum(views, `One of ${views.join(', ')}.`), {
    description: 'FULL adds `settings`.',
  }).optional(),
});

export const ListNodesResponse = component('ListNodesResponse', z.object({ nodes: z.array(Node) }), {
  description: 'The processes that run, and those that died in the last ten minutes.',
});

export const Installation = component(
  'Installation',
  z.object({
    version: z.string(),
    listeners: z
      .record(z.string(), z.string())
      .describe(
        'Where MQTT servers listen: `mqtts`, `mqtt`, `ws`, `wss`. A balancer in front has addresses of its own.',
      ),
    tlsNames: z.array(z.string()).describe('Names and addresses in the certificate of the TLS listeners.'),
    caCertificate: z
      .string()
      .optional()
      .describe(
        'PEM of the own authority, which clients trust. Absent where the operator has brought a certificate.',
      ),
    limits: z.record(z.string(), z.number()).describe('Of the MQTT server and of messages.'),
  }),
  { description: 'What a client must know to connect, and which version runs.' },
);
export type Installation = z.output<typeof Installation>;

const scopes = ['INSTALLATION', 'NODE', 'REGISTRY', 'BROKER'] as const;
const maxPoints = 1500;
const daySeconds = 86_400;

export const ReadMetricsQuery = z
  .strictObject({
    scope: z.enum(scopes, `One of ${scopes.join(', ')}.`),
    id: text(
      50,
      'Of the node, registry or broker. Absent: of the installation, all its processes together: their sum, of delays the longest.',
    ).optional(),
    from: instant.meta({ description: 'Absent: an hour before `to`.' }).optional(),
    to: instant.meta({ description: 'Absent: now.' }).optional(),
    step: wholeNumber(daySeconds)
      .default(60)
      .refine((seconds) => seconds >= 10 && seconds % 10 === 0, 'A multiple of 10, from 10 on.')
      .meta({ description: 'Seconds of a point, a multiple of 10. Absent: 60.' }),
  })
  .refine(({ scope, id }) => (scope === 'INSTALLATION') === (id === undefined), {
    message: 'must be given, but for INSTALLATION',
    path: ['id'],
  })
  .refine(
    ({ from, to, step }) =>
      from === undefined ||
      (Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / 1000 / step <= maxPoints,
    { message: `There are at most ${maxPoints} points: make it larger.`, path: ['step'] },
  );

export const ReadMetricsResponse = component(
  'ReadMetricsResponse',
  z.object({ points: z.array(z.object({ at: timestamp.describe('Its beginning.'), figures })) }),
  {
    description:
      'Points with samples, oldest first. Of processes there is one every 10 s for a day, and one a minute for 30 days; of registries and brokers one a minute for a day, where they did something or another number of connections is open.',
    examples: [
      {
        points: [{ at: '2026-11-22T15:38:00Z', figures: { connections: 40_000, messagesReceived: 91_240 } }],
      },
    ],
  },
);
