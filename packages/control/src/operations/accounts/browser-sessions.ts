/** Signing in with a browser. The secret of a session is in its cookie and nowhere else: no answer holds it. */
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
import type { BrowserSessionRow, NewBrowserSession, Reads, ServiceAccountRow } from '@iotcore/store/control';
import { createBrowserSecret, hashBrowserSecret } from '../../auth/browser-sessions.ts';
import { errors } from '../../errors/catalogue.ts';
import { browserIdleMs, browserSessionMs, signInCodeMs } from '../../limits.ts';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import type { Services } from '../../pipeline/services.ts';
import { nothing } from '../../pipeline/subject.ts';
import { accountMutation, noun } from './account.ts';
import { toServiceAccount } from './accounts.ts';
import { names } from './names.ts';
import { toRoleBinding } from './role-bindings.ts';

const { tag: service } = names;

export const browserSessionOperations = [
  defineOperation({
    ...mutation(names, 'IssueSignInCode'),
    service,
    summary: 'Makes a code that signs a browser in as the caller\u2019s account',
    description: 'It is good once, within ten minutes.',
    permission: 'view',
    output: SignInCode,
    subject: () => nothing,
    async run({ caller, read, commit }, { now }) {
      const account = await accountOf(caller.id, read);
      const code = createBrowserSecret();
      const expiresAt = new Date(now().getTime() + signInCodeMs);
      await commit(async (tx) => {
        await tx.signInCodes.create(sha256Of(code), account.id, expiresAt);
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
    async run({ input: { code }, read }, { now }) {
      const id = await read.signInCodes.find(sha256Of(code), now());
      if (id === undefined) throw errors.unauthenticated();
      return { serviceAccount: toServiceAccount(await accountOf(id, read)) };
    },
  }),

  defineOperation({
    ...mutation(names, 'OpenBrowserSession'),
    service,
    summary: 'Signs a browser in',
    description:
      'For the console: the answer sets a cookie that no script can read. The session lasts 12 hours, and an hour after it was last used; it ends with the account, and with the key or token that opened it.',
    permission: 'public',
    message: OpenBrowserSessionRequest,
    output: GetBrowserSessionResponse,
    subject: () => nothing,
    async run({ input, read, browser, auditedCall }, services) {
      if (!browser) throw errors.onlyForBrowsers();
      const opener = await (input.code === undefined
        ? ofSecret(input.apiKey ?? input.accessToken ?? '', services)
        : ofCode(input.code, services));
      const account = await accountOf(opener.serviceAccountId, read);
      const now = services.now();
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
      await services.store.mutate(call, undefined, async (tx) => {
        if (opener.codeSha256 && !(await tx.signInCodes.take(opener.codeSha256, now)))
          throw errors.unauthenticated();
        await tx.browserSessions.create(session);
        return accountMutation(account, { browserSessionId: session.id });
      });
      browser.set(secret, session.expiresAt);
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
    async run({ caller, read, browser }) {
      const account = await accountOf(caller.id, read);
      const isSession = caller.browserSessionId !== undefined && browser?.secret !== undefined;
      const session = isSession ? await read.browserSessions.find(sha256Of(browser.secret)) : undefined;
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
    async run({ caller: { id, browserSessionId }, read, browser, commit }) {
      const account = await accountOf(id, read);
      const operation = await commit(async (tx) => {
        if (browserSessionId !== undefined) await tx.browserSessions.delete(account.id, browserSessionId);
        return accountMutation(account, browserSessionId === undefined ? {} : { browserSessionId });
      });
      browser?.set();
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
    async run({ caller, read }, { now }) {
      const idleSince = new Date(now().getTime() - browserIdleMs);
      const rows = await read.browserSessions.list(caller.id, now(), idleSince);
      return { sessions: rows.map((row) => toBrowserSession(row, caller.browserSessionId)) };
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteBrowserSessions'),
    service,
    summary: 'Signs the caller\u2019s account out of every browser',
    description: 'They are signed out within a second. Tokens and API keys stay.',
    permission: 'view',
    output: Operation,
    subject: () => nothing,
    async run({ caller, read, browser, commit }) {
      const account = await accountOf(caller.id, read);
      const operation = await commit(async (tx) => {
        await tx.browserSessions.delete(account.id, undefined);
        return accountMutation(account, {});
      });
      browser?.set();
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
async function ofSecret(secret: string, { authenticator, directory }: Services): Promise<Opener> {
  const proven = await authenticator.prove(secret);
  if (!proven) throw errors.unauthenticated();
  const { caller, apiKeySha256, authorizedKeyId = null, expiresAt } = proven;
  const key =
    apiKeySha256 === undefined ? undefined : await directory.apiKey(Buffer.from(apiKeySha256, 'base64url'));
  return { serviceAccountId: caller.id, apiKeyId: key?.id ?? null, authorizedKeyId, expiresAt };
}

/** @throws UNAUTHENTICATED */
async function ofCode(code: string, { store, now }: Services): Promise<Opener> {
  const codeSha256 = sha256Of(code);
  const serviceAccountId = await store.read.signInCodes.find(codeSha256, now());
  if (serviceAccountId === undefined) throw errors.unauthenticated();
  return { serviceAccountId, apiKeyId: null, authorizedKeyId: null, codeSha256 };
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
