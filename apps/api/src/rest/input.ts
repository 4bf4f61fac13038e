/** Where the fields of an input lie in a request: in the path, and all others in the query or in the body, by the method. */
import {
  type ApiOperation,
  type CallInput,
  errors,
  type FieldViolation,
  unknownField,
} from '@iotcore/control';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of a request as Fastify parsed them. */
export interface RequestParts {
  readonly method: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export const idempotencyHeader = 'idempotency-key';

/** Do the fields of the message come in the body? Otherwise in the query. */
export function hasBody(method: string): boolean {
  return method !== 'GET' && method !== 'DELETE';
}

/**
 * All fields in one object. What stands in the wrong part of the request is no field there, whatever its name.
 *
 * @throws INVALID_ARGUMENT if the body is no object
 */
export function readRequest(
  operation: ApiOperation,
  { method, params, query, body }: RequestParts,
): Pick<CallInput, 'fields' | 'violations'> {
  const path = params as Fields;
  const inBody = bodyFields(operation, method, body);
  const [message, stray] = hasBody(method) ? [inBody, query as Fields] : [query as Fields, inBody];
  return {
    fields: { ...message, ...path },
    violations: [...strayFields(stray, undefined), ...strayFields(message, path)],
  };
}

function bodyFields(operation: ApiOperation, method: string, body: unknown): Fields {
  const isNeeded = hasBody(method) && operation.message !== undefined;
  if (body === undefined && !isNeeded) return {};
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return withoutNulls(body);
  const description = body === undefined ? 'Required.' : 'Must be a JSON object.';
  throw errors.invalidArgument([{ field: '', description }]);
}

/** In proto3 JSON a field that is null is a field that is absent. */
function withoutNulls(body: object): Fields {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Fields that may not be here at all, or that the path has already. */
function strayFields(fields: Fields, path: Fields | undefined): FieldViolation[] {
  return Object.keys(fields)
    .filter((name) => path === undefined || Object.hasOwn(path, name))
    .map(unknownField);
}
