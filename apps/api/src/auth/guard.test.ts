import { describe, expect, test } from 'vitest';
import { codes } from '../errors/catalogue.ts';
import type { Caller } from './caller.ts';
import { Guard } from './guard.ts';

const row = { folderId: 'mine' };
const caller = (...roles: ['viewer' | 'editor' | 'admin' | 'iot.devices.writer', string][]): Caller => ({
  id: 'me',
  roleBindings: roles.map(([role, folderId]) => ({ role, folderId })),
});

describe('a resource', () => {
  test.each([
    ['is not found by who has no role', caller(), codes.NOT_FOUND],
    ['is not found by who has a role on another folder', caller(['admin', 'other']), codes.NOT_FOUND],
    ['is not found by who may only publish', caller(['iot.devices.writer', 'mine']), codes.NOT_FOUND],
    ['is denied to who may only see it', caller(['viewer', 'mine']), codes.PERMISSION_DENIED],
  ])('%s', (_, who, { code }) => {
    expect(() => new Guard(who, 'edit').resource(row, 'Registry')).toThrow(expect.objectContaining({ code }));
  });

  test('that does not exist is not found by anybody, in the same words as one that may not be seen', () => {
    const messages = [undefined, row].map((found) => {
      try {
        return new Guard(caller(), 'view').resource(found, 'Registry');
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    });
    expect(messages[0]).toBe(messages[1]);
  });

  test.each([caller(['editor', 'mine']), caller(['admin', '*'])])('is given to who may', (who) => {
    expect(new Guard(who, 'edit').resource(row, 'Registry')).toBe(row);
  });
});

test('a folder that the caller named is denied, not hidden', () => {
  const { code } = codes.PERMISSION_DENIED;
  expect(() => new Guard(caller(), 'view').folder('mine')).toThrow(expect.objectContaining({ code }));
});

test('a guard remembers whether it was asked, and about which folder', () => {
  const guard = new Guard(caller(['viewer', 'mine']), 'view');
  expect([guard.asked, guard.folderId]).toEqual([false, undefined]);
  guard.resource(row, 'Registry');
  expect([guard.asked, guard.folderId]).toEqual([true, 'mine']);
});

test('public routes need no asking', () => {
  expect(new Guard(caller(), 'public').asked).toBe(true);
});

test('of many folders it tells which are permitted, which only visible, and hides the others', () => {
  const guard = new Guard(
    caller(['admin', 'mine'], ['viewer', 'seen'], ['iot.devices.writer', 'other']),
    'administer',
  );
  const access = guard.each();
  expect(['mine', 'seen', 'other', 'unknown'].map(access)).toEqual([
    'permitted',
    'visible',
    'hidden',
    'hidden',
  ]);
  expect(guard.asked).toBe(true);
});
