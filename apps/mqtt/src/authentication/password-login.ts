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
  /** Rejects while the database is away. */
  findIdentity(id: string): Promise<PasswordIdentity | undefined>;
  /** Resolves at the next moment at which a wrong password is answered. */
  equalDelay(startedAt: number): Promise<void>;
}

/** Whoever changes a password just while it is used tries again; more often than this somebody plays games. */
const MAX_ATTEMPTS = 3;

/**
 * Login by ID and password. A wrong password and an unknown ID cost the same work and are answered alike, at the same
 * beat: how many passwords an ID has must not show either.
 */
export async function logInByPassword(
  parts: PasswordLoginParts,
  username: string,
  password: Uint8Array,
  address: string,
): Promise<Verdict> {
  const startedAt = performance.now();
  const proven = parts.proofs.find(username, password);
  if (proven) return { accepted: true, client: proven };
  const attempt = parts.throttle.admit(address, username);
  if (!attempt) return refuse(refusals.throttled);
  try {
    const verdict = await checkUntilSettled(parts, username, password);
    if (verdict.accepted) attempt.succeed();
    else if (verdict.refusal === refusals.wrongPassword) await parts.equalDelay(startedAt);
    else attempt.forgive();
    return verdict;
  } catch (error) {
    attempt.forgive();
    if (error instanceof OverloadedError) return refuse(refusals.overloaded);
    throw error;
  }
}

async function checkUntilSettled(
  parts: PasswordLoginParts,
  username: string,
  password: Uint8Array,
): Promise<Verdict> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const verdict = await check(parts, username, password);
    if (verdict !== 'changed meanwhile') return verdict;
  }
  return refuse(refusals.unchecked);
}

async function check(
  { hasher, proofs, changes, findIdentity }: PasswordLoginParts,
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
  proofs.remember(username, password, client);
  return { accepted: true, client };
}
