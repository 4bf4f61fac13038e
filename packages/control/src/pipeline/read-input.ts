/** Checks what a call says by the schemas of its operation, and finds everything that is wrong with it at once. */
import { whyUnknown } from '@iotcore/contract';
import { z } from 'zod';
import { errors, type FieldViolation } from '../errors/catalogue.ts';
import type { CallInput } from './call.ts';
import type { ApiOperation } from './operation.ts';

/** A call can be wrong in as many places as it has bytes; the answer names no more than these. */
const maxViolations = 50;
const maxFieldCharacters = 200;

type Fields = Readonly<Record<string, unknown>>;

const nothing = z.strictObject({});
/** The schemas of the fields that name what a call is about, made once for each operation. */
const idSchemas = new WeakMap<ApiOperation, z.ZodType>();

/** @throws INVALID_ARGUMENT that names every bad field */
export function readInput(operation: ApiOperation, { fields, violations = [] }: CallInput): Fields {
  const { named, others } = split(operation, fields);
  const ids = parse(idSchema(operation), named);
  const message = parse(operation.message ?? nothing, others);
  const found = [...violations, ...ids.violations, ...message.violations];
  if (found.length > 0) throw errors.invalidArgument(found.slice(0, maxViolations));
  return { ...ids.value, ...message.value };
}

function split({ ids = {} }: ApiOperation, fields: Fields): { named: Fields; others: Fields } {
  const entries = Object.entries(fields);
  const isId = ([key]: [string, unknown]) => Object.hasOwn(ids, key);
  return {
    named: Object.fromEntries(entries.filter(isId)),
    others: Object.fromEntries(entries.filter((entry) => !isId(entry))),
  };
}

function idSchema(operation: ApiOperation): z.ZodType {
  const known = idSchemas.get(operation);
  if (known) return known;
  const schema = z.strictObject(operation.ids ?? {});
  idSchemas.set(operation, schema);
  return schema;
}

function parse(schema: z.ZodType, value: unknown): { value?: Fields; violations: FieldViolation[] } {
  const result = schema.safeParse(value, { error: requiredIfAbsent });
  if (result.success) return { value: result.data as Fields, violations: [] };
  return { violations: result.error.issues.flatMap((issue) => violationsOf(issue, issue.path, value)) };
}

function requiredIfAbsent(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'Required.' : undefined;
}

function violationsOf(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
  value: unknown,
): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') {
    const object = path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)[part], value);
    return issue.keys
      .slice(0, maxViolations)
      .map((key) => unknownField(fieldName([...path, key]), whyUnknown(key, object)));
  }
  return [{ field: fieldName(path), description: issue.message }];
}

export function unknownField(name: string, description = 'There is no such field.'): FieldViolation {
  return { field: name.slice(0, maxFieldCharacters).toWellFormed(), description };
}

/** `certificates[1].certificateData` */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '').slice(0, maxFieldCharacters).toWellFormed();
}
