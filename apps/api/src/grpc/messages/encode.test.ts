import { create, type DescField, type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import { broker, device, devices, iam, messages, operations, serviceFiles } from '@iotcore/proto';
import { tries } from '@iotcore/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operationNames } from '../method-names.ts';
import { encode } from './encode.ts';

/** What the library makes of the same JSON. */
const expected = (schema: DescMessage, json: object) =>
  Buffer.from(
    toBinary(schema, fromJson(schema, json as never, { registry: messages, ignoreUnknownFields: true })),
  );

/** Messages that operations answer with. */
const answers = serviceFiles
  .flatMap(({ services }) => services)
  .flatMap(({ typeName, methods }) => methods.filter(({ name }) => operationNames.has(`${typeName}/${name}`)))
  .map(({ output }) => output);
const schemas = [...new Map(answers.map((schema) => [schema.typeName, schema])).values()];

const anyText = fc.string({ unit: 'grapheme', maxLength: 200 });
const inMs = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const inside = [
  devices.RegistryService.method.get.output,
  device.DeviceService.method.get.output,
  broker.BrokerService.method.get.output,
];

/** Any JSON that the message may have, fields of others among it. */
function jsonOf(schema: DescMessage, depth = 0): fc.Arbitrary<object> {
  const fields = schema.members.flatMap((member): [string, fc.Arbitrary<unknown>][] => {
    if (member.kind === 'field') return [[member.jsonName, valueFor(member, depth)]];
    return [];
  });
  const oneofs = schema.oneofs.map((oneof) =>
    fc.oneof(
      fc.constant({}),
      ...oneof.fields.map((field) => valueFor(field, depth).map((value) => ({ [field.jsonName]: value }))),
    ),
  );
  return fc
    .tuple(fc.record({ ...Object.fromEntries(fields), surprise: anyText }, { requiredKeys: [] }), ...oneofs)
    .map((parts) => Object.assign({}, ...parts));
}

function valueFor(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarFor(field.scalar);
    case 'enum':
      return fc.constantFrom(...field.enum.values.map(({ name }) => name));
    case 'message':
      return messageFor(field.message, depth);
    case 'list':
      return fc.array(field.listKind === 'message' ? messageFor(field.message, depth) : anyText, {
        maxLength: 5,
      });
    case 'map':
      return fc.dictionary(anyText, anyText, { maxKeys: 5, noNullPrototype: true });
  }
}

function scalarFor(type: number): fc.Arbitrary<unknown> {
  if (type === 8) return fc.boolean();
  if (type === 5) return fc.integer();
  return anyText;
}

function messageFor(schema: DescMessage, depth: number): fc.Arbitrary<unknown> {
  if (schema.typeName === 'google.protobuf.Timestamp') return inMs;
  if (schema.typeName !== 'google.protobuf.Any') return jsonOf(schema, depth + 1);
  const empty = fc.constant({ '@type': 'type.googleapis.com/google.protobuf.Empty', value: {} });
  if (depth > 1) return empty;
  const known = inside.map((one) =>
    jsonOf(one, depth + 1).map((json) => ({ ...json, '@type': `type.googleapis.com/${one.typeName}` })),
  );
  return fc.oneof(empty, ...known);
}

describe('as the library would write it, byte by byte', () => {
  test.each(schemas.map((schema) => [schema.typeName, schema] as const))('%s', (_, schema) => {
    fc.assert(
      fc.property(jsonOf(schema), (json) => {
        expect(encode(schema, json)).toEqual(expected(schema, json));
      }),
      { numRuns: tries(500) },
    );
  });

  const { output: Device } = device.DeviceService.method.get;
  test.each([0, 1, 63, 64, 127, 128, 16_383, 16_384, 300_000])('a text of %d characters', (length) => {
    for (const character of ['a', 'é', '温', '🌡']) {
      const json = {
        id: 'a',
        description: character.repeat(length),
        labels: { [character.repeat(length)]: 'x' },
      };
      expect(encode(Device, json)).toEqual(expected(Device, json));
    }
  });
});

test('a oneof keeps an empty field, others do not', () => {
  const { output: Registry } = devices.RegistryService.method.get;
  expect(encode(Registry, { logOptions: { logGroupId: '', disabled: false } })).toEqual(
    Buffer.from(
      toBinary(
        Registry,
        create(Registry, { logOptions: { destination: { case: 'logGroupId', value: '' } } }),
      ),
    ),
  );
});

test('a value that is none of its field is a mistake of ours, and is not sent', () => {
  const { output: Device } = device.DeviceService.method.get;
  for (const json of [
    { id: 1 },
    { status: 'NO_SUCH' },
    { createdAt: 'yesterday' },
    { createdAt: '2026-11-26T25:00:00.000Z' },
    { labels: { a: 1 } },
  ])
    expect(() => encode(Device, json)).toThrow(TypeError);
  expect(() => encode(operations.OperationService.method.get.output, { done: 'yes' })).toThrow(TypeError);
  expect(encode(iam.IamTokenService.method.create.output, { iamToken: null })).toHaveLength(0);
});
