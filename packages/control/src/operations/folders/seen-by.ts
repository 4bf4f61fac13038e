import { everyFolder } from '@iotcore/model';
import type { Caller } from '../../auth/caller.ts';
import type { Access } from '../../pipeline/access.ts';

/** The folders that a caller may view. Undefined: all. */
export function foldersSeenBy({ roleBindings }: Caller, access: Access): string[] | undefined {
  if (access.may('view', everyFolder)) return undefined;
  const bound = new Set(roleBindings.map(({ folderId }) => folderId));
  return [...bound].filter((folderId) => access.may('view', folderId));
}
