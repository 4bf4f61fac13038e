/** Live views: what a registry, device or broker hears, and its connection log, as server-sent events. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { text, timestamp, wholeNumber } from '../schema/fields.ts';
import { LogEntry } from './connection-logs.ts';

const maxFilterCharacters = 1100;
/** Of a payload; more is for subscribers by MQTT. */
const maxPayloadBytes = 4096;

export const WatchMessagesQuery = z.strictObject({
  filter: text(
    maxFilterCharacters,
    'A topic filter as the resource itself could subscribe to it. Absent: all that it hears, and of a device what it says; but no monitoring.',
  ).optional(),
  maxPayload: wholeNumber(maxPayloadBytes)
    .default(maxPayloadBytes)
    .meta({ description: `Bytes of a payload that are shown at most. Absent: ${maxPayloadBytes}.` }),
});

export const WatchLogsQuery = z.strictObject({});

const WatchedMessage = component(
  'WatchedMessage',
  z.object({
    at: timestamp,
    topic: z.string(),
    qos: z.int().describe('At which it was published.'),
    size: z.int().describe('Bytes of its payload.'),
    payload: z
      .string()
      .meta({
        format: 'byte',
        description: 'Its first `maxPayload` bytes, base64. Absent without the right to see it.',
      })
      .optional(),
    publisher: z
      .object({ kind: z.enum(['DEVICE', 'REGISTRY']), id: z.string().optional() })
      .optional()
      .describe('As far as the topic tells.'),
  }),
  { description: 'The event `message`: what the resource hears.' },
);

const WatchedRefusal = component(
  'WatchedRefusal',
  z.object({
    at: timestamp,
    reason: z.string().describe('As in `RefusedClient`.'),
    rule: z.string().describe('What would have been right.'),
    address: z.string(),
    tls: z.boolean(),
    clientId: z.string().optional(),
    detail: z.string().optional(),
  }),
  {
    description:
      'The event `refused`: a client that claimed to be the resource was refused, or was denied something.',
  },
);

const WatchNotice = component(
  'WatchNotice',
  z.object({
    count: z.int().optional().describe('With `dropped`: events that were more than a live view takes.'),
    servers: z
      .int()
      .optional()
      .describe('With `gap`: MQTT servers that take part now; none: nobody is connected.'),
    reason: z.string().optional().describe('With `ended`: why it is over.'),
  }),
  {
    description:
      'The events `dropped`; `gap`: an MQTT server came or went, and events may be missing; `ping`, every 15 seconds; `ended`: it is over, and may be opened anew.',
  },
);

export const MessageEvent = component(
  'MessageEvent',
  z.union([WatchedMessage, WatchedRefusal, WatchNotice]),
  { description: 'The data of an event of `messages:watch`. Its name says which.' },
);

export const LogEvent = component('LogEvent', z.union([LogEntry, WatchNotice]), {
  description:
    'The data of an event of `logs:watch`: `entry`, a line of the connection log, or as in `WatchNotice`.',
});
