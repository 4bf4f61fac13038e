/** Reads what a request says by the schemas of its route, and finds everything that is wrong with it at once. */
import { z } from 'zod';
import { errors, type FieldViolation } from '../errors/catalogue.ts';
import type { Route } from './route.ts';

/** The parts of a request as Fastify parsed them. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** A request can be wrong in as many places as it has bytes; nobody reads more than these. */
const maxViolations = 50;
const maxFieldCharacters = 200;

const nothing = z.strictObject({});
const noBody = nothing.optional();

/** @throws INVALID_ARGUMENT that names every bad field of path, query and body */
export function readInput(route: Route, raw: RawInput): RawInput {
  const params = parse(route.params ?? nothing, raw.params);
  const query = parse(route.query ?? nothing, raw.query);
  const body = parse(route.body ?? noBody, withoutNulls(raw.body));
  const violations = [...params.violations, ...query.violations, ...body.violations];
  if (violations.length > 0) throw errors.invalidArgument(violations.slice(0, maxViolations));
  return { params: params.value, query: query.value, body: body.value };
}

/** In proto3 JSON a field that is null is a field that is absent. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function parse(schema: z.ZodType, value: unknown): { value?: unknown; violations: FieldViolation[] } {
  const result = schema.safeParse(value, { error: requiredIfAbsent });
  if (result.success) return { value: result.data, violations: [] };
  return { violations: result.error.issues.flatMap((issue) => violationsOf(issue, issue.path)) };
}

function requiredIfAbsent(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'Required.' : undefined;
}

function violationsOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, maxViolations)
      .map((key) => ({ field: fieldName([...path, key]), description: 'There is no such field.' }));
  }
  return [{ field: fieldName(path), description: issue.message }];
}

/** `certificates[1].certificateData` */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '').slice(0, maxFieldCharacters).toWellFormed();
}
