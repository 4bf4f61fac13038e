/**
 * What proto3 JSON asks of parsers beside the usual form (https://protobuf.dev/programming-guides/json): a field has its
 * original name too (`folder_id` beside `folderId`), an enum its number beside its name, and null is absent. Keys of maps
 * (labels, aliases) are data, and stay as they are.
 */
import type { z } from 'zod';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];

/** Numbers of the values of an enum, by the definition of its schema: naming a component copies the schema alone. */
const enumNumbers = new WeakMap<object, ReadonlyMap<number, string>>();

/** By object that was read, the original names that its fields were given under. */
const givenNames = new WeakMap<object, ReadonlyMap<string, string>>();

/** Gives the values of an enum their numbers in the published .proto files: the first has `first`, each other one more. */
export function numbered<S extends z.ZodEnum>(schema: S, first: 0 | 1): S {
  const numbers = schema.options.map((name, at) => [first + at, String(name)] as const);
  enumNumbers.set(schema.def, new Map(numbers));
  return schema;
}

/** `folderId` → `folder_id` */
export function originalName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The value in the form that the schema describes. Of a field that is given under both names the original one stays: the
 * schema then refuses it as unknown, and `unknownField` says why.
 *
 * @param source in a query every value is text, also the number of an enum
 */
export function fromProtoJson(schema: Schema, given: unknown, source: 'body' | 'query' = 'body'): unknown {
  const { def } = schema._zod as { readonly def: Def };
  switch (def.type) {
    case 'object':
      return isFields(given) ? readFields(def.shape, given, source) : given;
    case 'array':
      return Array.isArray(given) ? given.map((entry) => fromProtoJson(def.element, entry, source)) : given;
    case 'record':
      return isFields(given) ? readMap(def.valueType, given, source) : given;
    case 'enum':
      return enumNumbers.get(def)?.get(numberOf(given, source)) ?? given;
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return fromProtoJson(def.innerType, given, source);
    case 'pipe':
      return fromProtoJson(def.in._zod.def.type === 'transform' ? def.out : def.in, given, source);
    default:
      return given;
  }
}

/**
 * The field of a violation, such as `certificates[1].certificateData`, as the caller wrote it.
 *
 * @param read what `fromProtoJson` made of what the caller gave
 */
export function fieldAsGiven(field: string, read: unknown): string {
  let at: unknown = read;
  return field.replaceAll(/[^.[\]]+/g, (part) => {
    if (typeof at !== 'object' || at === null) return part;
    const name = givenNames.get(at)?.get(part) ?? part;
    at = Object.hasOwn(at, part) ? at[part as keyof typeof at] : undefined;
    return name;
  });
}

/** Why an object may not have this key: for people. */
export function whyUnknown(key: string, object: unknown): string {
  const name = key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const isGivenTwice = name !== key && isFields(object) && Object.hasOwn(object, name);
  return isGivenTwice ? `It is given as ${name} too: give it once.` : 'There is no such field.';
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readFields(shape: z.core.$ZodShape, given: Fields, source: 'body' | 'query'): Fields {
  const names = namesOf(shape);
  const original = new Map<string, string>();
  const read: [string, unknown][] = [];
  for (const [key, value] of Object.entries(given)) {
    const name = names.get(key);
    const field = name === undefined ? undefined : shape[name];
    if (name === undefined || field === undefined || (name !== key && Object.hasOwn(given, name))) {
      read.push([key, value]);
    } else if (value !== null) {
      read.push([name, fromProtoJson(field, value, source)]);
      if (name !== key) original.set(name, key);
    }
  }
  const fields = Object.fromEntries(read);
  if (original.size > 0) givenNames.set(fields, original);
  return fields;
}

function readMap(values: Schema, given: Fields, source: 'body' | 'query'): Fields {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, fromProtoJson(values, value, source)]),
  );
}

const knownNames = new WeakMap<z.core.$ZodShape, ReadonlyMap<string, string>>();

/** The names of a message's fields, by both of their names. */
function namesOf(shape: z.core.$ZodShape): ReadonlyMap<string, string> {
  const known = knownNames.get(shape);
  if (known) return known;
  const names = new Map(
    Object.keys(shape).flatMap((name) => [
      [name, name],
      [originalName(name), name],
    ]),
  );
  knownNames.set(shape, names as Map<string, string>);
  return names as Map<string, string>;
}

function numberOf(given: unknown, source: 'body' | 'query'): number {
  if (typeof given === 'number') return given;
  return source === 'query' && typeof given === 'string' && /^\d{1,4}$/.test(given)
    ? Number(given)
    : Number.NaN;
}
