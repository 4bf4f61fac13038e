import { describe, expect, test } from 'vitest';
import { toProtoPath } from './field-names.ts';
import { refuseForeignIds } from './ids.ts';

test.each([
  ['folderId', 'folder_id'],
  ['certificates[1].certificateData', 'certificates[1].certificate_data'],
  ['labels.camelKey', 'labels.camelKey'],
  ['topicAliases.Hall7', 'topic_aliases.Hall7'],
  ['logOptions.minLevel', 'log_options.min_level'],
  ['', ''],
  ['Idempotency-Key', 'idempotency-key'],
])('the field %j is %j in the .proto files', (json, proto) => {
  expect(toProtoPath(json)).toBe(proto);
});

describe('where an ID is asked for', () => {
  const ids = { registryId: {} };

  test.each(['My-Registry', 'name_with_underscore', 'x'.repeat(49).concat('-'), 'имя'])(
    '%j names nothing',
    (registryId) => {
      expect(() => refuseForeignIds(ids, { registryId })).toThrow('Registry not found.');
    },
  );

  test.each(['', 'are00000000000000000', '-'.repeat(51), undefined])(
    '%j is checked by the operation',
    (registryId) => {
      expect(() => refuseForeignIds(ids, { registryId })).not.toThrow();
    },
  );
});
