import { expect, test } from 'vitest';
import { AliasTable } from './alias-table.ts';

function tableOf(...aliases: readonly (readonly [alias: string, deviceId: string])[]): AliasTable {
  const table = new AliasTable();
  for (const [alias, deviceId] of aliases) table.add(alias, deviceId);
  return table;
}

test.each(['my/', 'my/alias/', 'my/alias/2', 'm'])(
  '%s conflicts with my/alias/ of another device',
  (alias) => {
    expect(tableOf(['my/alias/', 'one']).conflicts(alias, 'other')).toBe(true);
  },
);

test.each(['my/alias1/', 'my/ali/', 'you/', 'constructor', '__proto__'])('%s does not', (alias) => {
  expect(tableOf(['my/alias/', 'one']).conflicts(alias, 'other')).toBe(false);
});

test('an alias does not conflict with those of its own device, which are checked elsewhere', () => {
  expect(tableOf(['my/alias/', 'one']).conflicts('my/alias/2', 'one')).toBe(false);
});

test('an alias that was given up conflicts with nothing, and only its owner can give it up', () => {
  const table = tableOf(['a/', 'one'], ['b/', 'one']);
  table.remove('a/', 'other');
  expect(table.conflicts('a/x', 'other')).toBe(true);
  table.remove('a/', 'one');
  expect(table.conflicts('a/x', 'other')).toBe(false);
  expect(table.conflicts('a', 'other')).toBe(false);
  expect(table.conflicts('b', 'other')).toBe(true);
});

test('a beginning is one of whole characters', () => {
  const table = tableOf(['😀', 'one']);
  expect(table.conflicts('😁', 'other')).toBe(false);
  expect(table.conflicts('😀/', 'other')).toBe(true);
});
