/** The rights of callers: roles on folders and what each permits, as one table. */

/** `view` is get and list; `edit` is create, update, delete; `administer` is accounts, keys and role bindings. */
export type Permission =
  | 'view'
  | 'edit'
  | 'publishAsDevice'
  | 'publishAsRegistry'
  | 'publishAsBroker'
  | 'administer';

const editor = ['view', 'edit', 'publishAsDevice', 'publishAsRegistry', 'publishAsBroker'] as const;

const rolePermissions = {
  viewer: ['view'],
  editor,
  admin: [...editor, 'administer'],
  'iot.devices.writer': ['publishAsDevice'],
  'iot.registries.writer': ['publishAsRegistry'],
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof rolePermissions;

export const roles = Object.keys(rolePermissions) as readonly Role[];

/** A role on a folder; the folder `*` is every folder. */
export interface RoleBinding {
  readonly folderId: string;
  readonly role: Role;
}

export const everyFolder = '*';

export function isRole(text: string): text is Role {
  return Object.hasOwn(rolePermissions, text);
}

/** Do the bindings permit this in the folder? Nothing is permitted that no binding grants. */
export function isPermitted(
  bindings: Iterable<RoleBinding>,
  folderId: string,
  permission: Permission,
): boolean {
  for (const { folderId: bound, role } of bindings) {
    if (bound !== everyFolder && bound !== folderId) continue;
    const permissions: readonly Permission[] = rolePermissions[role];
    if (permissions.includes(permission)) return true;
  }
  return false;
}
