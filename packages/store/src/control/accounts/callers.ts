/** Accounts and keys, as authentication reads them. The answers are cached by the API and dropped at each `account` change. */
import type { Db } from '../db.ts';

/** An account with all that its tokens rest on. */
export interface CallerAccount {
  readonly id: string;
  readonly folderId: string;
  /** Access tokens that were issued before are good for nothing. */
  readonly tokensSince?: Date | null;
  readonly authorizedKeys: readonly AuthorizedKeyFacts[];
  readonly roleBindings: readonly { readonly folderId: string; readonly role: string }[];
}

export interface AuthorizedKeyFacts {
  readonly id: string;
  readonly publicKey: string;
  readonly expiresAt: Date | null;
}

const account = {
  id: true,
  folderId: true,
  tokensSince: true,
  authorizedKeys: { select: { id: true, publicKey: true, expiresAt: true } },
  roleBindings: { select: { folderId: true, role: true } },
} as const;

/** Queries: three. */
export async function findCallerAccount(db: Db, id: string): Promise<CallerAccount | undefined> {
  return (await db.serviceAccount.findUnique({ where: { id }, select: account })) ?? undefined;
}

export interface ApiKeyCaller {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly expiresAt: Date | null;
}

/** Whose API key has this hash. */
export async function findApiKey(
  db: Db,
  secretSha256: Uint8Array<ArrayBuffer>,
): Promise<ApiKeyCaller | undefined> {
  const select = { id: true, serviceAccountId: true, expiresAt: true } as const;
  return (await db.apiKey.findUnique({ where: { secretSha256 }, select })) ?? undefined;
}
