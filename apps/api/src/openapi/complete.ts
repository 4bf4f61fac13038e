/** What holds for many operations alike, written into each. */
import { operations } from '@iotcore/control';

interface Operation {
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export const idempotencyKeyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A UUID. The same key with the same request, within 24 hours, does its work once and gives the first answer again; with another request it is refused (409).',
  schema: { type: 'string', format: 'uuid' },
} as const;

/** By their names. Elsewhere a key is ignored. */
const keyedOperations = new Set(operations.filter(({ keyed }) => keyed).map(({ name }) => name));

const responseDescriptions: Readonly<Record<string, string>> = { 200: 'Success.', default: 'Any error.' };

export function completeDocument<D extends object>(document: D): D {
  const { paths } = document as unknown as Document;
  const completed = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, complete(operation)])),
  ]);
  return { ...document, paths: Object.fromEntries(completed) };
}

function complete(operation: Operation): Operation {
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    { ...response, description: responseDescriptions[status] ?? response.description },
  ]);
  const parameters = [
    ...(operation.parameters ?? []),
    ...(keyedOperations.has(operation.operationId ?? '')
      ? [{ $ref: '#/components/parameters/IdempotencyKey' }]
      : []),
  ];
  return {
    ...operation,
    ...(parameters.length > 0 && { parameters }),
    responses: Object.fromEntries(responses),
  };
}
