/** The last messages of the permanent topics of a registry or device. */
import { z } from 'zod';
import { component } from './schema/component.ts';
import { nextPageToken, paging, text, timestamp } from './schema/fields.ts';

/** A full name has the 1,024 characters of a subtopic, and what stands before. */
const maxTopicCharacters = 1100;

const RetainedTopic = component(
  'RetainedTopic',
  z.object({
    topic: z.string().describe('Its full name.'),
    bytes: z.int().describe('Of the payload.'),
    updatedAt: timestamp,
  }),
  {
    description: 'A permanent topic that has a retained message.',
    examples: [
      { topic: '$devices/are9gnqohp4npug37mbs/state', bytes: 27, updatedAt: '2026-11-22T15:38:28.412Z' },
    ],
  },
);

export const ListRetainedTopicsQuery = z.strictObject({
  prefix: text(maxTopicCharacters, 'Only topics whose full name begins so.').optional(),
  ...paging(),
});
export const ListRetainedTopicsResponse = component(
  'ListRetainedTopicsResponse',
  z.object({ topics: z.array(RetainedTopic), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the permanent topics that have a retained message, each once, in no order.' },
);

export const RetainedMessageQuery = z.strictObject({
  topic: text(maxTopicCharacters, 'The full name of the topic: `$devices/<id>/state`.'),
});
export const ClearRetainedMessageResponse = component('ClearRetainedMessageResponse', z.object({}), {
  description: 'The topic has no retained message any more.',
});

export const RetainedMessage = component(
  'RetainedMessage',
  z.object({
    topic: z.string(),
    data: z.string().meta({ format: 'byte', description: 'The payload, base64.' }),
    updatedAt: timestamp,
  }),
  {
    description: 'The last message of a permanent topic.',
    examples: [
      {
        topic: '$devices/are9gnqohp4npug37mbs/state',
        data: 'eyJ2YWx2ZSI6Im9wZW4ifQ==',
        updatedAt: '2026-11-22T15:38:28.412Z',
      },
    ],
  },
);
