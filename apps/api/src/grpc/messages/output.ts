/** What an operation answers, as a message of gRPC. */
import { type DescMessage, fromJson, type JsonObject, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { messages } from '@iotcore/proto';

/** Binary form of the answer. Fields that only REST has are left out. */
export function writeMessage(schema: DescMessage, output: unknown): Uint8Array {
  const json = withKnownTypes(output as JsonValue);
  return toBinary(schema, fromJson(schema, json, { registry: messages, ignoreUnknownFields: true }));
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
