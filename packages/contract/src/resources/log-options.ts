import { z } from 'zod';
import { component } from '../schema/component.ts';
import { folderId, text } from '../schema/fields.ts';
import { numbered } from '../schema/proto-json.ts';

const LogLevel = numbered(
  component('LogLevel', z.enum(['LEVEL_UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']), {
    description: 'How important a line of the log is.',
  }),
  0,
);

export const LogOptions = component(
  'LogOptions',
  z
    .strictObject({
      disabled: z.boolean().optional().describe('Whether the connection log is off.'),
      logGroupId: text(64).optional(),
      folderId: folderId.optional(),
      minLevel: LogLevel.optional(),
    })
    .refine((options) => options.logGroupId === undefined || options.folderId === undefined, {
      message: 'logGroupId and folderId exclude each other',
      path: ['logGroupId'],
    }),
  { description: 'What goes to the connection log. At most one of `logGroupId` and `folderId`.' },
);
export type LogOptions = z.output<typeof LogOptions>;
