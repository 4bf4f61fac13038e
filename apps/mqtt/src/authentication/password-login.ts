import { OverloadedError, type PasswordHasher } from '@iotcore/credentials';
import type { PasswordIdentity } from '@iotcore/store/data-plane';
import type { RecentChanges } from '../caching/recent-changes.ts';
import { type Client, subjectKeys } from '../clients/client.ts';
import type { LoginThrottle } from './login-throttle.ts';
import type { ProofCache } from './proof-cache.ts';
import { refusals, refuse, type Verdict } from './verdict.ts';

export interface PasswordLoginParts {
  readonly hasher: PasswordHasher;
  readonly proofs: ProofCache;
  readonly changes: RecentChanges;
  readonly throttle: LoginThrottle;
  /** Checks under way, by `ProofCache.keyOf`. */
  readonly underWay: Map<string, Promise<Verdict>>;
  /** Rejects while the database is away. */
  findIdentity(id: string): Promise<PasswordIdentity | undefined>;
  /** Resolves at the next moment at which a wrong password is answered. */
  equalDelay(startedAt: number): Promise<void>;
}

/** Whoever changes a password just while it is used tries again; more often than this somebody plays games. */
const MAX_ATTEMPTS = 3;

/**
 * Login by ID and password. After a restart a fleet comes back faster than its passwords can be hashed, and whoever waits
 * too long hangs up and comes again: it joins the check that is under way, and does not get behind itself in the queue.
 */
export async function logInByPassword(
  parts: PasswordLoginParts,
  username: string,
  password: Uint8Array,
  address: string,
): Promise<Verdict> {
  const key = parts.proofs.keyOf(username, password);
  const proven = parts.proofs.find(key);
  if (proven) return { accepted: true, client: proven };
  const underWay = parts.underWay.get(key);
  if (underWay !== undefined) return forAnother(await underWay);
  const login = tryPassword(parts, key, username, password, address);
  parts.underWay.set(key, login);
  try {
    return await login;
  } finally {
    parts.underWay.delete(key);
  }
}

/** Each connection is a client of its own. */
function forAnother(verdict: Verdict): Verdict {
  return verdict.accepted ? { accepted: true, client: { ...verdict.client } } : verdict;
}

/**
 * A wrong password and an unknown ID cost the same work and are answered alike, at the same beat: how many passwords an
 * ID has must not show either.
 */
async function tryPassword(
  parts: PasswordLoginParts,
  key: string,
  username: string,
  password: Uint8Array,
  address: string,
): Promise<Verdict> {
  const startedAt = performance.now();
  const attempt = parts.throttle.admit(address, username);
  if (!attempt) return refuse(refusals.throttled);
  try {
    const verdict = await checkUntilSettled(parts, key, username, password);
    if (verdict.accepted) attempt.succeed();
    else if (verdict.refusal === refusals.wrongPassword) {
      attempt.fail();
      await parts.equalDelay(startedAt);
    } else attempt.forgive();
    return verdict;
  } catch (error) {
    attempt.forgive();
    if (error instanceof OverloadedError) return refuse(refusals.overloaded);
    throw error;
  }
}

async function checkUntilSettled(
  parts: PasswordLoginParts,
  key: string,
  username: string,
  password: Uint8Array,
): Promise<Verdict> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const verdict = await check(parts, key, username, password);
    if (verdict !== 'changed meanwhile') return verdict;
  }
  return refuse(refusals.unchecked);
}

async function check(
  { hasher, proofs, changes, findIdentity }: PasswordLoginParts,
  key: string,
  username: string,
  password: Uint8Array,
): Promise<Verdict | 'changed meanwhile'> {
  const mark = changes.mark();
  const identity = await findIdentity(username);
  const match = await hasher.findMatch(identity?.passwords ?? [], password);
  if (!identity || !match) return refuse(refusals.wrongPassword, identity?.principal.id);
  if (identity.disabled) return refuse(refusals.registryDisabled, identity.principal.id);
  const client: Client = { principal: identity.principal, credential: { kind: 'password', id: match.id } };
  if (changes.touchedSince(mark, subjectKeys(client))) return 'changed meanwhile';
  proofs.remember(key, client);
  return { accepted: true, client };
}
