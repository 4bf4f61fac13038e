/** Connection logs, and what they sum up to. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { folderId, instant, nextPageToken, paging, text, timeRange, timestamp } from '../schema/fields.ts';

const reason = z
  .string()
  .describe('Why: words to search for, which never change. Of a refusal one of a fixed set.');
const rule = z.string().describe('Of a refusal: what would have been right.');

export const LogEntry = component(
  'LogEntry',
  z.object({
    at: timestamp,
    level: z.string(),
    reason: reason.optional(),
    rule: rule.optional(),
    message: z.string(),
  }),
  {
    description: 'A line of a connection log.',
    examples: [
      {
        at: '2026-11-22T15:38:28.412Z',
        level: 'INFO',
        reason: 'connected',
        message:
          'connected, password: "areqs0u4tcf7d3l2bv6e", address: "192.0.2.7:51234", clientID: "pump-7"',
      },
    ],
  },
);

export type LogEntry = z.output<typeof LogEntry>;

const logLevels = ['INFO', 'WARN', 'ERROR'] as const;

export const ListLogEntriesQuery = z.strictObject({
  ...timeRange,
  level: z
    .enum(logLevels, `One of ${logLevels.join(', ')}.`)
    .meta({ description: 'Lines of this level, and of those above it.' })
    .optional(),
  reason: text(100, 'Lines with just this reason.').optional(),
  ...paging(),
});

export const ListLogEntriesResponse = component(
  'ListLogEntriesResponse',
  z.object({ entries: z.array(LogEntry), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of a connection log, newest first.' },
);

const ResourceOfReason = z.object({
  kind: z.enum(['REGISTRY', 'DEVICE', 'BROKER']),
  id: z.string(),
  lines: z.int(),
  lastTime: timestamp,
});

const ReasonSummary = component(
  'ReasonSummary',
  z.object({
    reason,
    rule: rule.optional(),
    lines: z.int().describe('Of all resources.'),
    resources: z.int().describe('How many resources these lines are about.'),
    lastTime: timestamp,
    top: z.array(ResourceOfReason).describe('Those with most lines, most first, at most ten.'),
  }),
  {
    description: 'Warnings and errors of one reason.',
    examples: [
      {
        reason: 'unknown user name or wrong password',
        rule: 'The user name must be the ID of a registry, device or broker, and the password one of its passwords.',
        lines: 812,
        resources: 3,
        lastTime: '2026-11-22T15:39:28.412Z',
        top: [
          { kind: 'DEVICE', id: 'are9gnqohp4npug37mbs', lines: 800, lastTime: '2026-11-22T15:39:28.412Z' },
        ],
      },
    ],
  },
);
export type ReasonSummary = z.output<typeof ReasonSummary>;

export const SummarizeLogsQuery = z.strictObject({
  folderId,
  since: instant.meta({ description: 'Nothing older. Absent: one hour.' }).optional(),
});

export const SummarizeLogsResponse = component(
  'SummarizeLogsResponse',
  z.object({
    reasons: z.array(ReasonSummary).describe('By lines, most first.'),
    complete: z
      .boolean()
      .describe('Whether these are all lines since then. Otherwise the newest 100,000 are summed up.'),
  }),
  { description: 'The warnings and errors of connection logs by reason.' },
);
