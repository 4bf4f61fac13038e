import { getBrowserSession, type GetBrowserSessionResponse as Identity } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from './client.ts';
import { toFailure } from './failure.ts';

export type { Identity };

export const sessionKey = ['session'] as const;

/** Remembers that somebody was signed in, so that a page which nobody has used asks nothing. It is no proof of anything. */
const hintKey = 'iotcore-console-signed-in';

export function noteSignedIn(isSignedIn: boolean): void {
  if (isSignedIn) localStorage.setItem(hintKey, 'yes');
  else localStorage.removeItem(hintKey);
}

/** Who is signed in; null: nobody. */
export function useIdentity() {
  return useQuery<Identity | null>({
    queryKey: sessionKey,
    queryFn: async () => {
      if (localStorage.getItem(hintKey) === null) return null;
      return ask(getBrowserSession({ client })).catch((error: unknown) => {
        if (!toFailure(error).isSignedOut) throw error;
        noteSignedIn(false);
        return null;
      });
    },
    staleTime: 60_000,
  });
}

export type Role = 'viewer' | 'editor' | 'admin';

const ranks: Readonly<Record<string, number>> = { viewer: 1, editor: 2, admin: 3 };

/** Do the roles of an account permit in a folder what this role does? The API decides; this only says what to offer. */
export function hasRole(identity: Identity | null | undefined, folderId: string, role: Role): boolean {
  const bindings = identity?.roleBindings ?? [];
  return bindings.some(
    (one) => [folderId, '*'].includes(one.folderId) && (ranks[one.role] ?? 0) >= (ranks[role] ?? 0),
  );
}
