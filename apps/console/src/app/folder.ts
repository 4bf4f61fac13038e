/** The folder that screens are about: it stands in every address. */
import { useSearch } from '@tanstack/react-router';
import { hasRole, type Identity, type Role, useIdentity } from '../api/session.ts';

export function useFolder(): string {
  const { folder } = useSearch({ from: '__root__' });
  const { data } = useIdentity();
  return folder ?? usualFolder(data);
}

/** The first that the account has a role in; of an account of all folders, the one that everything is in at first. */
function usualFolder(identity: Identity | null | undefined): string {
  return identity?.roleBindings.find(({ folderId }) => folderId !== '*')?.folderId ?? 'default';
}

/** May the account do in this folder what that role may? */
export function useMay(role: Role, folderId?: string): boolean {
  const current = useFolder();
  const { data } = useIdentity();
  return hasRole(data, folderId ?? current, role);
}
