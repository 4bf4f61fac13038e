import { Status } from '@iotcore/contract';
import type { ApiOperation } from '@iotcore/control';
import { z } from 'zod';

/** What the OpenAPI document says of an operation. `inBody`: its message comes in the body, otherwise in the query. */
export function routeSchema(operation: ApiOperation, inBody: boolean) {
  const { name, service, summary, description, permission, ids, message, output, isStream } = operation;
  return {
    operationId: name,
    tags: [service],
    summary,
    ...(description !== undefined && { description }),
    ...(permission === 'public' && { security: [] }),
    ...(ids && { params: z.strictObject(ids) }),
    ...(message && (inBody ? { body: message } : { querystring: message })),
    response: {
      200: isStream ? { content: { 'text/event-stream': { schema: output } } } : output,
      default: Status,
    },
  };
}
