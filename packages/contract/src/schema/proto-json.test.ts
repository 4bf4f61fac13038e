import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  CreateDeviceRequest,
  CreateRegistryRequest,
  GetDeviceQuery,
  ImportRequest,
  ListDevicesQuery,
  UpdateRegistryRequest,
} from '../index.ts';
import type { BadEntry } from './checked-alone.ts';
import { fieldAsGiven, fromProtoJson, originalName, whyUnknown } from './proto-json.ts';

/** What a schema finds wrong, with fields as they were given. */
function violations(schema: z.ZodType, given: unknown): string[] {
  const read = fromProtoJson(schema, given);
  const { error } = schema.safeParse(read);
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [fieldAsGiven(issue.path.join('.'), read)],
  );
}

describe('a field is refused', () => {
  test('that is given under both of its names, whatever the values', () => {
    for (const folderId of ['a', null]) {
      const read = fromProtoJson(CreateRegistryRequest, { folderId, folder_id: 'a' });
      expect(CreateRegistryRequest.safeParse(read).success).toBe(false);
      expect(whyUnknown('folder_id', { folderId, folder_id: 'a' })).toBe(
        'It is given as folderId too: give it once.',
      );
    }
  });

  test.each(['folderid', 'FolderId', 'folder_Id', 'folder__id', 'folder-id', '_folder_id', 'colour_name'])(
    'that has neither of its names: %s',
    (name) => {
      expect(violations(CreateRegistryRequest, { folderId: 'a', [name]: 'a' })).toEqual([name]);
      expect(whyUnknown(name, { colourname: 1 })).toBe('There is no such field.');
    },
  );

  test('under the name that it was given by, wherever it stands', () => {
    const given = {
      folder_id: '!',
      log_options: { min_level: 'LOUD', log_group_id: 7 },
      certificates: [{ certificate_data: 'x' }],
    };
    expect(violations(CreateRegistryRequest, given)).toEqual([
      'folder_id',
      'log_options.log_group_id',
      'log_options.min_level',
      'certificates.0.certificate_data',
    ]);
    expect(fieldAsGiven('certificates[0].certificateData', fromProtoJson(CreateRegistryRequest, given))).toBe(
      'certificates[0].certificate_data',
    );
  });

  test.each([[7], [-1], [1.5], ['6'], ['debug']])('as a level of the log: %j', (min_level) => {
    expect(violations(UpdateRegistryRequest, { log_options: { min_level } })).toEqual([
      'log_options.min_level',
    ]);
  });

  test('in its entry alone, where entries are checked alone', () => {
    const devices = [
      { id: 'a', registry_id: 'r', registryId: 'r' },
      { id: 'b', registry_id: '!', labels: { a_b: 'x' } },
      { id: 'c', registry_id: 'r' },
    ];
    const read = ImportRequest.parse(fromProtoJson(ImportRequest, { dry_run: true, devices }));
    expect(read.dryRun).toBe(true);
    const [twice, bad, good] = read.devices ?? [];
    expect((twice as BadEntry).reason).toBe('registry_id: It is given as registryId too: give it once.');
    expect((bad as BadEntry).reason).toMatch(/^registry_id: /);
    expect((bad as BadEntry).text('registryId')).toBe('!');
    expect(good).toEqual({ id: 'c', registryId: 'r' });
  });
});

describe('what proto3 JSON has two forms of', () => {
  test('are names of fields, in messages within messages too', () => {
    const given = {
      update_mask: 'log_options',
      log_options: { disabled: true, log_group_id: 'g', min_level: 2 },
    };
    expect(UpdateRegistryRequest.parse(fromProtoJson(UpdateRegistryRequest, given))).toEqual({
      updateMask: 'log_options',
      logOptions: { disabled: true, logGroupId: 'g', minLevel: 'DEBUG' },
    });
  });

  test('are values of enums, in a query as text', () => {
    expect(fromProtoJson(GetDeviceQuery, { device_view: '1' }, 'query')).toEqual({ deviceView: 'FULL' });
    expect(fromProtoJson(GetDeviceQuery, { device_view: '0' }, 'query')).toEqual({ deviceView: 'BASIC' });
    expect(fromProtoJson(ListDevicesQuery, { page_size: '1', folder_id: '1' }, 'query')).toEqual({
      pageSize: '1',
      folderId: '1',
    });
    const registries = [1, 2, 3, 4, 0].map((status) => ({ status }));
    expect(fromProtoJson(ImportRequest, { registries })).toEqual({
      registries: ['CREATING', 'ACTIVE', 'DELETING', 'DISABLED', 0].map((status) => ({ status })),
    });
  });

  test('are absent fields: null is one', () => {
    expect(fromProtoJson(CreateDeviceRequest, { registry_id: null, name: 'a', labels: { a: null } })).toEqual(
      { name: 'a', labels: { a: null } },
    );
    expect(fromProtoJson(UpdateRegistryRequest, { logOptions: { minLevel: null } })).toEqual({
      logOptions: {},
    });
  });
});

describe('what people chose', () => {
  const aliases = { 'my_topic/': '$devices/{id}/', topic_aliases: 'x', topicAliases: 'y', '0': '1' };

  test('is never renamed', () => {
    const read = fromProtoJson(CreateDeviceRequest, {
      registry_id: 'r',
      topic_aliases: aliases,
      labels: { folder_id: 'a', folderId: 'b', min_level: '1' },
    });
    expect(read).toEqual({
      registryId: 'r',
      topicAliases: aliases,
      labels: { folder_id: 'a', folderId: 'b', min_level: '1' },
    });
    expect(fieldAsGiven('topicAliases.topicAliases', read)).toBe('topic_aliases.topicAliases');
  });

  test('comes through as it is, with any name and value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.boolean(), (labels, isOriginal) => {
        const given = { [isOriginal ? 'topic_aliases' : 'topicAliases']: labels, labels };
        expect(fromProtoJson(CreateDeviceRequest, given)).toEqual({ topicAliases: labels, labels });
      }),
    );
  });

  test('harms nobody, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        const read = fromProtoJson(ImportRequest, given);
        expect(ImportRequest.safeParse(read).success).toBe(ImportRequest.safeParse(given).success);
      }),
    );
  });
});

test('the original name of a field', () => {
  expect(['id', 'folderId', 'lastAuthIp'].map(originalName)).toEqual(['id', 'folder_id', 'last_auth_ip']);
});
