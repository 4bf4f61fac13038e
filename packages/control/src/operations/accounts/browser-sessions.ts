/** Signing in with a browser. The secret of a session is kept by the browser and nowhere else: no output holds it. */
import {
  type BrowserSession,
  GetBrowserSessionResponse,
  GetSignInCodeRequest,
  GetSignInCodeResponse,
  ListBrowserSessionsResponse,
  OpenBrowserSessionRequest,
  Operation,
  SignInCode,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type {
  BrowserSessionRow,
  ControlStore,
  NewBrowserSession,
  Reads,
  ServiceAccountRow,
} from '@iotcore/store/control';
import type { Authenticator } from '../../auth/authenticator.ts';
import { createBrowserSecret, hashBrowserSecret } from '../../auth/browser-sessions.ts';
import type { CallerKey } from '../../auth/caller.ts';
import type { CallerDirectory } from '../../auth/caller-directory.ts';
import { errors } from '../../errors/catalogue.ts';
import {
  browserIdleMs,
  browserSessionMs,
  maxBrowserSessions,
  maxSignInCodes,
  signInCodeMs,
} from '../../limits.ts';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { nothing } from '../../pipeline/subject.ts';
import { accountMutation, noun } from './account.ts';
import { toServiceAccount } from './accounts.ts';
import { names } from './names.ts';
import { toRoleBinding } from './role-bindings.ts';

const { tag: service } = names;

interface SignInNeeds {
  readonly authenticator: Authenticator;
  readonly directory: CallerDirectory;
  readonly store: Pick<ControlStore, 'mutate'>;
  readonly clock: Clock;
}

export const browserSessionOperations = [
  defineOperation({
    ...mutation(names, 'IssueSignInCode'),
    service,
    summary: 'Makes a code that signs a browser in as the caller\u2019s account',
    description:
      'It is good once, within ten minutes. It, and the session that it opens, ends with the token or key of this call. A browser session gets none.',
    permission: 'view',
    output: SignInCode,
    subject: () => nothing,
    async run({ caller, read, commit }, { clock, directory }: Pick<SignInNeeds, 'clock' | 'directory'>) {
      // Otherwise a session could be followed by another one for ever.
      if (caller.browserSessionId !== undefined) throw errors.notForBrowsers();
      const account = await accountOf(caller.id, read);
      const code = createBrowserSecret();
      const createdAt = clock.date();
      const expiresAt = new Date(createdAt.getTime() + signInCodeMs);
      const opener = {
        ...(await keyIds(caller.key, directory)),
        ...{ serviceAccountId: account.id, sessionEndsAt: caller.secretExpiresAt ?? null },
      };
      const newCode = { ...opener, codeSha256: sha256Of(code), createdAt, expiresAt };
      await commit(async (tx) => {
        await tx.signInCodes.create(newCode, maxSignInCodes);
        return accountMutation(account, {});
      });
      return { signInCode: code, expiresAt: expiresAt.toISOString() };
    },
  }),

  defineOperation({
    name: 'getSignInCode',
    service,
    summary: 'Says as whom a code would sign in',
    description: 'A page asks with it whether that is who somebody wants to be. The code stays good.',
    permission: 'public',
    message: GetSignInCodeRequest,
    output: GetSignInCodeResponse,
    subject: () => nothing,
    async run({ input: { code }, read }, { clock }: { readonly clock: Clock }) {
      const found = await read.signInCodes.find(sha256Of(code), clock.date());
      if (!found) throw errors.unauthenticated();
      return { serviceAccount: toServiceAccount(await accountOf(found.serviceAccountId, read)) };
    },
  }),

  defineOperation({
    ...mutation(names, 'OpenBrowserSession'),
    service,
    summary: 'Signs a browser in',
    description:
      'For the console: the answer sets a cookie that no script can read. The session lasts 12 hours, and an hour after it was last used; it ends with the account, and with the key or token that opened it, or that made its code. An account has at most 100 at a time: the oldest ends for a new one.',
    permission: 'public',
    message: OpenBrowserSessionRequest,
    output: GetBrowserSessionResponse,
    subject: () => nothing,
    async run(
      { input, read, session: kept, auditedCall },
      { authenticator, directory, store, clock }: SignInNeeds,
    ) {
      if (!kept) throw errors.onlyForBrowsers();
      const opener = await (input.code === undefined
        ? ofSecret(input.apiKey ?? input.accessToken ?? '', authenticator, directory)
        : ofCode(input.code, read, clock.date()));
      const account = await accountOf(opener.serviceAccountId, read);
      const now = clock.date();
      const secret = createBrowserSecret();
      const call = { ...auditedCall(), callerId: account.id };
      const session: NewBrowserSession = {
        ...{ id: createId(), secretSha256: sha256Of(secret), createdAt: now, usedAt: now },
        ...{
          serviceAccountId: account.id,
          apiKeyId: opener.apiKeyId,
          authorizedKeyId: opener.authorizedKeyId,
        },
        expiresAt: earlier(new Date(now.getTime() + browserSessionMs), opener.expiresAt),
        ...{ remoteIp: call.remoteIp, userAgent: call.userAgent },
      };
      await store.mutate(call, undefined, async (tx) => {
        if (opener.codeSha256 && !(await tx.signInCodes.take(opener.codeSha256, now)))
          throw errors.unauthenticated();
        await tx.browserSessions.create(session, maxBrowserSessions);
        return accountMutation(account, { browserSessionId: session.id });
      });
      kept.keep(secret, session.expiresAt);
      return identity(account, read, session.expiresAt);
    },
  }),

  defineOperation({
    name: 'getBrowserSession',
    service,
    summary: 'Says who calls, and with which roles',
    permission: 'view',
    output: GetBrowserSessionResponse,
    subject: () => nothing,
    async run({ caller, read, session: kept }) {
      const account = await accountOf(caller.id, read);
      const isSession = caller.browserSessionId !== undefined && kept?.secret !== undefined;
      const session = isSession ? await read.browserSessions.find(sha256Of(kept.secret)) : undefined;
      return identity(account, read, session?.expiresAt);
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteBrowserSession'),
    service,
    summary: 'Signs this browser out',
    description: 'A call with a token or an API key has nothing to end.',
    permission: 'view',
    output: Operation,
    subject: () => nothing,
    async run({ caller: { id, browserSessionId }, read, session, commit }) {
      const account = await accountOf(id, read);
      const operation = await commit(async (tx) => {
        if (browserSessionId !== undefined) await tx.browserSessions.delete(account.id, browserSessionId);
        return accountMutation(account, browserSessionId === undefined ? {} : { browserSessionId });
      });
      session?.forget();
      return operation;
    },
  }),

  defineOperation({
    name: 'listBrowserSessions',
    service,
    summary: 'Lists where the caller\u2019s account is signed in with a browser',
    permission: 'view',
    output: ListBrowserSessionsResponse,
    subject: () => nothing,
    async run({ caller, read }, { clock }: { readonly clock: Clock }) {
      const idleSince = new Date(clock.date().getTime() - browserIdleMs);
      const rows = await read.browserSessions.list(caller.id, clock.date(), idleSince, maxBrowserSessions);
      return { sessions: rows.map((row) => toBrowserSession(row, caller.browserSessionId)) };
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteBrowserSessions'),
    service,
    summary: 'Signs the caller\u2019s account out of every browser',
    description: 'They are signed out within a second, and sign-in codes end. Tokens and API keys stay.',
    permission: 'view',
    output: Operation,
    subject: () => nothing,
    async run({ caller, read, session, commit }) {
      const account = await accountOf(caller.id, read);
      const operation = await commit(async (tx) => {
        await tx.signInCodes.delete(account.id);
        await tx.browserSessions.delete(account.id, undefined);
        return accountMutation(account, {});
      });
      session?.forget();
      return operation;
    },
  }),
];

/** What somebody signs in with. */
interface Opener {
  readonly serviceAccountId: string;
  readonly apiKeyId: string | null;
  readonly authorizedKeyId: string | null;
  /** Of a code, which is taken when the session begins. */
  readonly codeSha256?: Buffer;
  /** The session ends no later. Undefined: its own end. */
  readonly expiresAt?: Date | undefined;
}

/** @throws UNAUTHENTICATED for every reason alike */
async function ofSecret(
  secret: string,
  authenticator: Authenticator,
  directory: CallerDirectory,
): Promise<Opener> {
  const proven = await authenticator.prove(secret);
  if (!proven) throw errors.unauthenticated();
  const { caller, expiresAt } = proven;
  return { serviceAccountId: caller.id, ...(await keyIds(caller.key, directory)), expiresAt };
}

/** @throws UNAUTHENTICATED */
async function ofCode(code: string, read: Reads, now: Date): Promise<Opener> {
  const codeSha256 = sha256Of(code);
  const found = await read.signInCodes.find(codeSha256, now);
  if (!found) throw errors.unauthenticated();
  const { sessionEndsAt, ...opener } = found;
  return { ...opener, codeSha256, expiresAt: sessionEndsAt ?? undefined };
}

/** @throws UNAUTHENTICATED if the API key was deleted meanwhile */
async function keyIds(key: CallerKey | undefined, directory: CallerDirectory) {
  const { apiKeySha256, authorizedKeyId = null } = key ?? {};
  if (apiKeySha256 === undefined) return { apiKeyId: null, authorizedKeyId };
  const apiKey = await directory.apiKey(Buffer.from(apiKeySha256, 'base64url'));
  if (!apiKey) throw errors.unauthenticated();
  return { apiKeyId: apiKey.id, authorizedKeyId };
}

/** @throws UNAUTHENTICATED for what cannot be a secret at all */
function sha256Of(secret: string): Buffer {
  const sha256 = hashBrowserSecret(secret);
  if (!sha256) throw errors.unauthenticated();
  return sha256;
}

function earlier(one: Date, other: Date | undefined): Date {
  return other !== undefined && other < one ? other : one;
}

async function accountOf(id: string, read: Reads): Promise<ServiceAccountRow> {
  const account = await read.accounts.find(id);
  if (!account) throw errors.notFound(noun);
  return account;
}

async function identity(account: ServiceAccountRow, read: Reads, expiresAt: Date | undefined) {
  const bindings = await read.roleBindings.list(account.id);
  return {
    serviceAccount: toServiceAccount(account),
    roleBindings: bindings.map(toRoleBinding),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
  };
}

function toBrowserSession(row: BrowserSessionRow, currentId: string | undefined): BrowserSession {
  return {
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    usedAt: row.usedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    remoteIp: row.remoteIp,
    ...text('userAgent', row.userAgent),
    ...(row.id === currentId && { isCurrent: true }),
  };
}
