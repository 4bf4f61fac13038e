import { z } from 'zod';
import { component } from './schema/component.ts';

const FieldViolation = component(
  'FieldViolation',
  z.object({
    field: z
      .string()
      .describe('The path of the bad field, such as `labels.Colour` or `certificates[1].certificateData`.'),
    description: z.string().describe('What is wrong with it, for people.'),
  }),
  { description: 'One bad field of a request.' },
);

const ErrorDetail = component(
  'ErrorDetail',
  z.looseObject({
    '@type': z.string(),
    fieldViolations: z.array(FieldViolation).optional(),
  }),
  { description: 'More about an error. `google.rpc.BadRequest` names every bad field of the request.' },
);

export const Status = component(
  'Status',
  z.object({
    code: z.int().describe('A code of google.rpc: 3 INVALID_ARGUMENT, 5 NOT_FOUND, 6 ALREADY_EXISTS, …'),
    message: z.string().describe('For people. Programs go by `code`.'),
    details: z.array(ErrorDetail),
  }),
  {
    description: 'The body of every answer that is not a success.',
    examples: [
      {
        code: 3,
        message: 'Invalid request: name: must match [a-zA-Z0-9_-]*',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'name', description: 'must match [a-zA-Z0-9_-]*' }],
          },
        ],
      },
    ],
  },
);
export type Status = z.output<typeof Status>;
