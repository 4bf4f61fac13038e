import { describe, expect, test } from 'vitest';
import type { Caller } from '../auth/caller.ts';
import { Access } from './access.ts';
import { folder, resource, resourceAndFolder } from './subject.ts';

const row = { folderId: 'mine' };
const caller = (...roles: ['viewer' | 'editor' | 'admin' | 'iot.devices.writer', string][]): Caller => ({
  id: 'me',
  roleBindings: roles.map(([role, folderId]) => ({ role, folderId })),
});

describe('a resource', () => {
  test.each([
    ['is not found by a caller without a role', caller(), 'NOT_FOUND'],
    ['is not found by a caller with a role on another folder', caller(['admin', 'other']), 'NOT_FOUND'],
    ['is not found by a caller that may only publish', caller(['iot.devices.writer', 'mine']), 'NOT_FOUND'],
    ['is denied to a caller that may only see it', caller(['viewer', 'mine']), 'PERMISSION_DENIED'],
  ])('%s', (_, who, status) => {
    expect(() => new Access(who, 'edit').require(resource('Registry', row))).toThrow(
      expect.objectContaining({ status }),
    );
  });

  test('that does not exist is not found by anybody, in the same words as one that may not be seen', () => {
    const messages = [undefined, row].map((found) => {
      try {
        return new Access(caller(), 'view').require(resource('Registry', found));
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    });
    expect(messages[0]).toBe(messages[1]);
  });

  test.each([caller(['editor', 'mine']), caller(['admin', '*'])])('is given to a permitted caller', (who) => {
    expect(new Access(who, 'edit').require(resource('Registry', row))).toBe(row);
  });
});

test('a folder that the caller named is denied, not hidden', () => {
  expect(() => new Access(caller(), 'view').require(folder('mine'))).toThrow(
    expect.objectContaining({ status: 'PERMISSION_DENIED' }),
  );
});

test('one forbidden folder among several is enough to deny a call', () => {
  const access = new Access(caller(['admin', 'mine']), 'view');
  expect(() => access.require(folder('mine', 'other'))).toThrow(
    expect.objectContaining({ status: 'PERMISSION_DENIED' }),
  );
});

test('a caller that may not see the resource learns nothing of the folder that it named besides', () => {
  const access = new Access(caller(['admin', 'other']), 'view');
  expect(() => access.require(resourceAndFolder('Registry', row, 'third'))).toThrow(
    expect.objectContaining({ status: 'NOT_FOUND' }),
  );
});

test('it remembers which folder it was asked about', () => {
  const access = new Access(caller(['viewer', 'mine']), 'view');
  expect(access.folderId).toBeUndefined();
  access.require(resource('Registry', row));
  expect(access.folderId).toBe('mine');
});

test('of many folders it tells which are permitted, which only visible, and hides the others', () => {
  const access = new Access(
    caller(['admin', 'mine'], ['viewer', 'seen'], ['iot.devices.writer', 'other']),
    'administer',
  );
  expect(['mine', 'seen', 'other', 'unknown'].map((id) => access.in(id))).toEqual([
    'permitted',
    'visible',
    'hidden',
    'hidden',
  ]);
});

test.each([
  ['of no use to a viewer', caller(['viewer', 'mine']), false],
  ['of use to the admin of any folder', caller(['admin', 'mine']), true],
])('an operation for admins is %s', (_, who, isOfUse) => {
  expect(new Access(who, 'administer').isOfUse()).toBe(isOfUse);
});
