import { create, toBinary } from '@bufbuild/protobuf';
import { devices } from '@iotcore/proto';
import { describe, expect, test } from 'vitest';
import { readMessage, toInput } from './input.ts';

const { input: Update } = devices.RegistryService.method.update;
const { input: Create } = devices.RegistryService.method.create;
const { input: List } = devices.RegistryService.method.list;

const masked = (...paths: string[]) =>
  toInput(Update, create(Update, { registryId: 'r', updateMask: { paths } }));

describe('a field mask', () => {
  test.each([['name'], ['topic_aliases'], ['topicAliases'], ['log_options.min_level'], ['no_such_field']])(
    'reaches the operation as it came: %s',
    (path) => {
      expect(masked(path)).toEqual({ fields: { registryId: 'r', updateMask: path } });
    },
  );

  test.each([[['']], [['name', '']], [[' ']], [['name,description']]])('of %j is refused', (paths) => {
    expect(masked(...paths).violations).toMatchObject([{ field: 'updateMask' }]);
  });

  test.each([[undefined], [{ paths: [] }]])('of %j is none', (updateMask) => {
    const input = toInput(Update, create(Update, { registryId: 'r', ...(updateMask && { updateMask }) }));
    expect(input).toEqual({ fields: { registryId: 'r' } });
  });
});

test('what is empty is absent, except in a oneof and as the value of a label', () => {
  const message = create(Create, {
    folderId: 'f',
    name: '',
    labels: { a: '', camelKey: 'x' },
    logOptions: { destination: { case: 'logGroupId', value: '' } },
  });
  expect(toInput(Create, message)).toEqual({
    fields: { folderId: 'f', labels: { a: '', camelKey: 'x' }, logOptions: { logGroupId: '' } },
  });
});

test('of both halves of a oneof the last counts', () => {
  const folder = toBinary(
    Create,
    create(Create, { logOptions: { destination: { case: 'folderId', value: 'f' } } }),
  );
  const group = toBinary(
    Create,
    create(Create, { logOptions: { destination: { case: 'logGroupId', value: '' } } }),
  );
  const { fields } = toInput(Create, readMessage(Create, Buffer.concat([folder, group])));
  expect(fields).toEqual({ logOptions: { logGroupId: '' } });
});

test('fields that the message does not have are ignored, as protobuf says', () => {
  const bytes = Buffer.concat([
    toBinary(List, create(List, { folderId: 'f' })),
    Buffer.from([0xfa, 0x07, 0x01, 0x41]),
  ]);
  expect(toInput(List, readMessage(List, bytes))).toEqual({ fields: { folderId: 'f' } });
});

test.each([['0a'], ['0aff'], ['ffffffffffffffffffff'], ['0a02c328'], ['07']])(
  'the bytes %s are refused',
  (hex) => {
    expect(() => readMessage(List, Buffer.from(hex, 'hex'))).toThrow('are no message of type');
  },
);
