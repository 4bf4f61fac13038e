import { describe, expect, test } from 'vitest';
import { isPermitted, isRole, type Permission, type Role, roles } from './roles.ts';

const permissions: Permission[] = [
  'view',
  'edit',
  'publishAsDevice',
  'publishAsRegistry',
  'publishAsBroker',
  'administer',
];

/** Role: what it permits, in the order above. */
const table: Record<Role, string> = {
  viewer: 'x.....',
  editor: 'xxxxx.',
  admin: 'xxxxxx',
  'iot.devices.writer': '..x...',
  'iot.registries.writer': '...x..',
};

describe('a role', () => {
  test.each(roles)('%s permits what its row says, in its folder and in no other', (role) => {
    const inFolder = (bound: string, folderId: string) =>
      permissions.map((it) => (isPermitted([{ folderId: bound, role }], folderId, it) ? 'x' : '.')).join('');
    expect(inFolder('home', 'home')).toBe(table[role]);
    expect(inFolder('*', 'home')).toBe(table[role]);
    expect(inFolder('home', 'other')).toBe('......');
    expect(inFolder('home', '*')).toBe('......');
  });

  test('is none of these: an unknown name, a member of Object.prototype', () => {
    for (const name of ['', 'Viewer', 'owner', 'constructor', '__proto__', 'toString']) {
      expect(isRole(name)).toBe(false);
    }
  });
});

describe('a caller', () => {
  test('without bindings may do nothing', () => {
    for (const permission of permissions) expect(isPermitted([], 'home', permission)).toBe(false);
  });

  test('may do what any of its bindings permits', () => {
    const bindings = [
      { folderId: 'home', role: 'viewer' },
      { folderId: 'home', role: 'iot.devices.writer' },
    ] as const;
    expect(permissions.filter((it) => isPermitted(bindings, 'home', it))).toEqual([
      'view',
      'publishAsDevice',
    ]);
  });
});
