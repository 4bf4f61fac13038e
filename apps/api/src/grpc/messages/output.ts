/** What an operation answers, as a message of gRPC. */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type DescMessage, fromJson, type JsonObject, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { messages } from '@iotcore/proto';

/** Items of a list that are written in one go, some 6 ms of work; then others have their turn. */
const itemsPerTick = 1000;

/** Binary form of the answer. Fields that only REST has are left out. */
export async function writeMessage(schema: DescMessage, output: unknown): Promise<Uint8Array> {
  const json = output as JsonObject;
  const list = longList(json);
  if (!list) return write(schema, json);
  // The parts of a message, one after the other, are the message: lists are joined (protobuf.dev, encoding, last one wins).
  const { [list.name]: _items, ...rest } = json;
  const parts = [write(schema, rest)];
  for (let at = 0; at < list.items.length; at += itemsPerTick) {
    parts.push(write(schema, { [list.name]: list.items.slice(at, at + itemsPerTick) }));
    await yieldToEventLoop();
  }
  return Buffer.concat(parts);
}

function write(schema: DescMessage, json: JsonObject): Uint8Array {
  const known = withKnownTypes(json);
  return toBinary(schema, fromJson(schema, known, { registry: messages, ignoreUnknownFields: true }));
}

function longList(json: JsonObject): { readonly name: string; readonly items: JsonValue[] } | undefined {
  for (const [name, items] of Object.entries(json)) {
    if (Array.isArray(items) && items.length > itemsPerTick) return { name, items };
  }
  return undefined;
}

const typePrefix = 'type.googleapis.com/';

/**
 * Operations of our own extensions hold messages that no client of gRPC knows, and that break it when it prints them: they
 * go out as google.protobuf.Struct, which every client knows.
 */
function withKnownTypes(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(withKnownTypes);
  if (typeof json !== 'object' || json === null) return json;
  const { '@type': type } = json;
  if (typeof type === 'string' && !messages.getMessage(type.slice(typePrefix.length))) return asStruct(json);
  if (!('metadata' in json) && !('operations' in json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, withKnownTypes(value)]));
}

function asStruct({ '@type': _type, ...fields }: JsonObject): JsonObject {
  return { '@type': `${typePrefix}google.protobuf.Struct`, value: fields };
}
