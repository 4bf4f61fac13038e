import type { LogOptions } from '@iotcore/contract';
import { describe, expect, test } from 'vitest';
import { topLevelFieldsToSet, withParts } from './top-level.ts';

describe('a mask that names parts of the log options', () => {
  test.each<[LogOptions, LogOptions, (keyof LogOptions)[], LogOptions | null]>([
    [
      { disabled: true, folderId: 'f' },
      { minLevel: 'WARN' },
      ['minLevel'],
      { disabled: true, folderId: 'f', minLevel: 'WARN' },
    ],
    [{ minLevel: 'WARN' }, {}, ['minLevel'], null],
    [
      { folderId: 'f', minLevel: 'WARN' },
      { logGroupId: 'g' },
      ['logGroupId'],
      { logGroupId: 'g', minLevel: 'WARN' },
    ],
    [{ folderId: 'f' }, {}, ['logGroupId'], { folderId: 'f' }],
    [{ folderId: 'f' }, { logGroupId: '' }, ['logGroupId'], { logGroupId: '' }],
    [{}, { folderId: 'f', disabled: true }, ['folderId'], { folderId: 'f' }],
  ])('changes them alone: %j with %j of %j', (current, given, parts, result) => {
    expect(withParts(current, given, parts)).toEqual(result);
  });

  test('leaves all else as it is', async () => {
    const input = {
      updateMask: 'log_options.min_level',
      name: 'ignored',
      logOptions: { minLevel: 'INFO' as const },
    };
    expect(await topLevelFieldsToSet(input, async () => ({ disabled: true }))).toEqual({
      logOptions: { disabled: true, minLevel: 'INFO' },
    });
  });

  test('and the whole sets the whole', async () => {
    const input = { updateMask: 'log_options,log_options.min_level', logOptions: { folderId: 'f' } };
    expect(await topLevelFieldsToSet(input, async () => ({ disabled: true }))).toEqual({
      logOptions: { folderId: 'f' },
    });
  });
});
