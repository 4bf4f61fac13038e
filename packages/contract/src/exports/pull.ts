/** What receivers of pulled exports ask for. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { timestamp } from '../schema/fields.ts';
import { int64, position, wholeInQuery } from './values.ts';

export const ListExportMessagesQuery = z.strictObject({
  after: position.optional().describe('Only messages after this position. Absent: from the cursor on.'),
  maxMessages: wholeInQuery(
    1,
    1000,
    'Messages at most. Default 100; an answer ends early at some 1 MiB.',
  ).default(100),
  waitSeconds: wholeInQuery(0, 20, 'How long to wait for a message, if there is none. Default 0.').default(0),
});

const Message = component(
  'ExportMessage',
  z.object({
    position: int64,
    eventId: z.string().describe('The same whenever it is sent again, and for every export.'),
    receivedAt: timestamp,
    deviceId: z.string().optional().describe('The device that sent it.'),
    topic: z.string(),
    payload: z.string().describe('Base64.'),
  }),
  { description: 'A message of an export that is pulled.' },
);

export const ListExportMessagesResponse = component(
  'ListExportMessagesResponse',
  z.object({ messages: z.array(Message) }),
  { description: 'Messages that wait, in their order.' },
);

export const AcknowledgeExportRequest = component('AcknowledgeExportRequest', z.strictObject({ position }), {
  description: 'The last message that was dealt with.',
  examples: [{ position: '41' }],
});

export const AcknowledgeExportResponse = component('AcknowledgeExportResponse', z.object({ cursor: int64 }), {
  description: 'The first position that is not dealt with.',
});
