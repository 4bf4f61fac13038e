/** What our .proto files describe is what the SDK of the old service reads and writes, field by field, in both directions. */
import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { serviceFiles } from '@iotcore/proto';
import * as brokers from '@yandex-cloud/nodejs-sdk/iot-broker-v1';
import * as devices from '@yandex-cloud/nodejs-sdk/iot-devices-v1';
import { expect, test } from 'vitest';

interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Readonly<Record<string, unknown>>;
}

/** Every message of the SDK's services for IoT, by the name that ours has: nested ones are `Outer_Inner`. */
function codecsOf(modules: Readonly<Record<string, object>>, protoPackage: string): [string, Codec][] {
  return Object.values(modules).flatMap((module) =>
    Object.entries(module)
      .filter(([, value]) => typeof (value as Partial<Codec> | undefined)?.decode === 'function')
      .map(([name, codec]): [string, Codec] => [`${protoPackage}.${name.replaceAll('_', '.')}`, codec]),
  );
}
const theirs = new Map([
  ...codecsOf(devices, 'yandex.cloud.iot.devices.v1'),
  ...codecsOf(brokers, 'yandex.cloud.iot.broker.v1'),
]);

const withNested = (message: DescMessage): DescMessage[] => [
  message,
  ...message.nestedMessages.flatMap(withNested),
];
const ours = serviceFiles
  .flatMap((file) => [file, ...file.dependencies])
  .filter(({ proto }) => proto.package.startsWith('yandex.cloud.iot.'))
  .flatMap(({ messages }) => messages)
  .flatMap(withNested)
  // Entries of maps, which no message is made of by itself.
  .filter(({ proto }) => proto.options?.mapEntry !== true);
const messages = [...new Map(ours.map((message) => [message.typeName, message])).entries()];

/** Some value that is not empty, and differs from field to field. */
function someValue(field: DescField, alternative: number): unknown {
  const text = `${field.name}-${alternative}`;
  switch (field.fieldKind) {
    case 'scalar':
      return scalarOf(field.scalar, field.number, text);
    case 'enum':
      return field.enum.values.at(-1)?.number;
    case 'message':
      return messageOf(field.message, alternative);
    case 'list':
      return field.listKind === 'message'
        ? [messageOf(field.message, alternative), messageOf(field.message, alternative)]
        : [text, `${text}-more`];
    case 'map':
      return { [text]: 'value', empty: '' };
  }
}

function scalarOf(type: ScalarType, number: number, text: string): unknown {
  if (type === ScalarType.STRING) return text;
  if (type === ScalarType.BYTES) return Buffer.from([0, 255, number]);
  if (type === ScalarType.BOOL) return true;
  return type === ScalarType.INT64 ? BigInt(1000 + number) : 1000 + number;
}

/** With every field set; of a oneof the one of this alternative. */
function messageOf(schema: DescMessage, alternative: number): MessageInitShape<DescMessage> {
  if (schema.typeName === TimestampSchema.typeName)
    return { seconds: 1_700_000_000n, nanos: 120_000_000 } as never;
  const entries = schema.members.map((member) => {
    if (member.kind === 'field') return [member.localName, someValue(member, alternative)];
    const field = member.fields[alternative % member.fields.length];
    return [member.localName, field && { case: field.localName, value: someValue(field, alternative) }];
  });
  return Object.fromEntries(entries) as never;
}

test('the SDK has every message of ours, and we have every message of its services', () => {
  expect(messages.map(([name]) => name).filter((name) => !theirs.has(name))).toEqual([]);
  const entries = /\.(Labels|TopicAliases)Entry$/;
  const known = new Set(messages.map(([name]) => name));
  expect([...theirs.keys()].filter((name) => !known.has(name) && !entries.test(name))).toEqual([]);
});

test.each(messages)('%s says the same to both', (name, schema) => {
  for (const alternative of [0, 1]) {
    const message = create(schema, messageOf(schema, alternative));
    const codec = theirs.get(name);
    if (!codec) throw new Error('the test before says so');
    const read = codec.decode(toBinary(schema, message));
    for (const field of schema.fields) {
      if (field.oneof === undefined) expect(read[field.localName], field.name).toBeTruthy();
    }
    expect(fromBinary(schema, codec.encode(read).finish())).toEqual(message);
  }
});
