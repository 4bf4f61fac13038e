/** Where the fields of an input lie in a request: in the path, and all others in the query or in the body, by the method. */
import { fieldAsGiven, fromProtoJson } from '@iotcore/contract';
import {
  ApiError,
  type ApiOperation,
  type CallInput,
  errors,
  type FieldViolation,
  unknownField,
} from '@iotcore/control';
import { z } from 'zod';

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
 * All fields in one object, in the form that the operation's schemas describe. What stands in the wrong part of the request is
 * no field there, whatever its name.
 *
 * @throws INVALID_ARGUMENT if the body is no object
 */
export function readRequest(
  operation: ApiOperation,
  { method, params, query, body }: RequestParts,
): Pick<CallInput, 'fields' | 'violations'> {
  const path = params as Fields;
  const inBody = bodyFields(operation, method, body);
  const [given, stray] = hasBody(method) ? [inBody, query as Fields] : [once(query as Fields), inBody];
  const source = hasBody(method) ? 'body' : 'query';
  const message = fromProtoJson(operation.message ?? nothing, given, source) as Fields;
  return {
    // Not a copy: `namedAsGiven` knows the names of this very object.
    fields: Object.assign(message, path),
    violations: [
      ...strayFields(stray, undefined),
      ...strayFields(given, path),
      ...(hasBody(method) ? [] : repeated(query as Fields)),
    ],
  };
}

/** What was thrown, with the fields named as the caller wrote them. `fields`: what `readRequest` made of the request. */
export function namedAsGiven(error: unknown, fields: Fields): unknown {
  const [detail] = error instanceof ApiError ? error.details : [];
  const violations = detail?.fieldViolations;
  if (!violations) return error;
  return errors.invalidArgument(
    violations.map(({ field, description }) => ({ field: fieldAsGiven(field, fields), description })),
  );
}

const nothing = z.strictObject({});

/** The parser of the query makes a list of a parameter that comes several times; no parameter of ours is one. */
function repeated(query: Fields): FieldViolation[] {
  return Object.entries(query)
    .filter(([, value]) => Array.isArray(value))
    .map(([field]) => ({ field, description: 'It is given more than once: give it once.' }));
}

/** With the first value of what is repeated, so that nothing else is found wrong with it. */
function once(query: Fields): Fields {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function bodyFields(operation: ApiOperation, method: string, body: unknown): Fields {
  const isNeeded = hasBody(method) && operation.message !== undefined;
  if (body === undefined && !isNeeded) return {};
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields;
  const description = body === undefined ? 'Required.' : 'Must be a JSON object.';
  throw errors.invalidArgument([{ field: '', description }]);
}

/** Fields that may not be here at all, or that the path has already. */
function strayFields(fields: Fields, path: Fields | undefined): FieldViolation[] {
  return Object.keys(fields)
    .filter((name) => path === undefined || Object.hasOwn(path, name))
    .map((name) => unknownField(name));
}
