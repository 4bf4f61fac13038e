/**
 * Proto3 JSON to the binary form of its message, in one pass. The way over a message of @bufbuild/protobuf costs several times
 * as much, and lists have thousands of them (0023). How each field is written follows from the descriptors, once.
 */
import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { messages } from '@iotcore/proto';
import { ByteSink } from './byte-sink.ts';
import { writeTimestamp } from './timestamp.ts';

/** Writes what a field holds, its number included. */
type FieldWriter = (sink: ByteSink, value: unknown) => void;

interface NamedWriter {
  readonly name: string;
  readonly write: FieldWriter;
}

/** Wire types (protobuf.dev, encoding). */
const varintType = 0;
const lengthType = 2;

/**
 * Fields that the message does not have are left out, and so are those that are empty, but in a oneof.
 *
 * @throws TypeError if a value is none of its field
 */
export function encode(schema: DescMessage, json: object): Buffer {
  shared.clear();
  return write(shared, schema, json);
}

const shared = new ByteSink();

function write(sink: ByteSink, schema: DescMessage, json: object): Buffer {
  writeFields(sink, writersOf(schema), json);
  return sink.take();
}

const known = new WeakMap<DescMessage, readonly NamedWriter[]>();

function writersOf(schema: DescMessage): readonly NamedWriter[] {
  const before = known.get(schema);
  if (before) return before;
  const writers: NamedWriter[] = [];
  // Known before it is whole: a message may hold itself.
  known.set(schema, writers);
  for (const field of schema.fields.toSorted((a, b) => a.number - b.number))
    writers.push({ name: field.jsonName, write: writerOf(field) });
  return writers;
}

function writeFields(sink: ByteSink, writers: readonly NamedWriter[], json: object): void {
  for (const { name, write } of writers) {
    const value = (json as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && value !== null) write(sink, value);
  }
}

function writerOf(field: DescField): FieldWriter {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarWriter(field.number, field.scalar, field.oneof !== undefined);
    case 'enum':
      return enumWriter(field.number, field.enum.values, field.oneof !== undefined);
    case 'message':
      return messageWriter(field.number, field.message);
    case 'list':
      return listWriter(field);
    case 'map':
      return mapWriter(field);
  }
}

/** `always`: also if it is empty. */
function scalarWriter(number: number, type: ScalarType, always: boolean): FieldWriter {
  if (type === ScalarType.STRING) {
    const tag = tagOf(number, lengthType);
    return (sink, value) => {
      if (typeof value !== 'string') throw new TypeError(`field ${number} is a string`);
      if (value === '' && !always) return;
      sink.varint(tag);
      sink.text(value);
    };
  }
  if (type === ScalarType.BOOL || type === ScalarType.INT32) {
    const tag = tagOf(number, varintType);
    return (sink, value) => {
      if (typeof value !== 'boolean' && !Number.isInteger(value))
        throw new TypeError(`field ${number} is a number`);
      if (!value && !always) return;
      sink.varint(tag);
      sink.varint(Number(value));
    };
  }
  return () => {
    throw new TypeError(`field ${number}: no answer has scalars of this type yet (${ScalarType[type]})`);
  };
}

function enumWriter(
  number: number,
  values: readonly { readonly name: string; readonly number: number }[],
  always: boolean,
): FieldWriter {
  const tag = tagOf(number, varintType);
  const numbers = new Map(values.map((value) => [value.name, value.number]));
  return (sink, value) => {
    const meant = numbers.get(String(value));
    if (meant === undefined) throw new TypeError(`field ${number}: ${String(value)} is none of its values`);
    if (meant === 0 && !always) return;
    sink.varint(tag);
    sink.varint(meant);
  };
}

function messageWriter(number: number, schema: DescMessage): FieldWriter {
  const tag = tagOf(number, lengthType);
  const writeContent = contentWriter(schema);
  return (sink, value) => {
    sink.varint(tag);
    const start = sink.open();
    writeContent(sink, value);
    sink.close(start);
  };
}

/** Writes the fields of a message; some have a JSON form of their own (protobuf.dev, ProtoJSON). */
function contentWriter(schema: DescMessage): FieldWriter {
  if (schema.typeName === 'google.protobuf.Timestamp') return writeTimestamp;
  if (schema.typeName === 'google.protobuf.Any') return writeAny;
  const writers = writersOf(schema);
  return (sink, value) => writeFields(sink, writers, value as object);
}

function listWriter(field: DescField & { fieldKind: 'list' }): FieldWriter {
  const writeItem =
    field.listKind === 'message'
      ? messageWriter(field.number, field.message)
      : scalarWriter(field.number, field.listKind === 'scalar' ? field.scalar : ScalarType.BYTES, true);
  return (sink, value) => {
    for (const item of value as readonly unknown[]) writeItem(sink, item);
  };
}

/** A list of entries, the key in field 1 and the value in field 2, both always there. */
function mapWriter(field: DescField & { fieldKind: 'map' }): FieldWriter {
  const tag = tagOf(field.number, lengthType);
  const writeKey = scalarWriter(1, field.mapKey, true);
  const writeValue = scalarWriter(2, field.mapKind === 'scalar' ? field.scalar : ScalarType.BYTES, true);
  return (sink, value) => {
    const entries = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(entries)) {
      sink.varint(tag);
      const start = sink.open();
      writeKey(sink, key);
      writeValue(sink, entries[key]);
      sink.close(start);
    }
  };
}

const typeUrlTag = tagOf(1, lengthType);
const valueTag = tagOf(2, lengthType);
const typePrefix = 'type.googleapis.com/';

/**
 * Operations of our own extensions hold messages that no client of gRPC knows, and that break it when it prints them: they
 * go out as google.protobuf.Struct, which every client knows.
 */
function writeAny(sink: ByteSink, value: unknown): void {
  const { '@type': type, ...fields } = value as JsonObject & { readonly '@type': string };
  const name = type.slice(type.lastIndexOf('/') + 1);
  const schema = messages.getMessage(name);
  sink.varint(typeUrlTag);
  sink.text(typePrefix + (schema ?? StructSchema).typeName);
  const bytes = schema ? anyBytes(schema, fields) : toBinary(StructSchema, fromJson(StructSchema, fields));
  if (bytes.length === 0) return;
  sink.varint(valueTag);
  sink.raw(bytes);
}

function anyBytes(schema: DescMessage, fields: JsonObject): Uint8Array {
  // These have JSON forms of their own, in a field `value`; Empty has no content at all.
  if (!schema.typeName.startsWith('google.protobuf.')) return write(new ByteSink(), schema, fields);
  const { value = {} } = fields as { readonly value?: JsonValue };
  return toBinary(schema, fromJson(schema, value, { registry: messages }));
}

function tagOf(number: number, wireType: number): number {
  return number * 8 + wireType;
}
