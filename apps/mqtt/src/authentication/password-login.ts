import { OverloadedError, type PasswordHasher } from '@iotcore/credentials';
import { ConnackCode } from '@iotcore/engine';
import type { DeviceFacts } from '@iotcore/model';
import type { PasswordIdentity } from '@iotcore/store/data-plane';
import type { Mark, RecentChanges } from '../caching/recent-changes.ts';
import { type Client, subjectKeys } from '../clients/client.ts';
import { type AuthenticationResult, type Refusal, refusals, refuse } from './authentication-result.ts';
import type { LoginThrottle } from './login-throttle.ts';
import type { AdoptionOutcome } from './password-adoption.ts';
import { untilSettled } from './until-settled.ts';
import type { VerifiedCredentials } from './verified-credentials.ts';

export interface PasswordLoginParts {
  readonly hasher: PasswordHasher;
  readonly verified: VerifiedCredentials;
  readonly changes: RecentChanges;
  readonly throttle: LoginThrottle;
  /** Checks under way, by `VerifiedCredentials.keyOf`. */
  readonly underWay: Map<string, Promise<AuthenticationResult>>;
  /** Rejects while the database is away. */
  findIdentity(id: string): Promise<PasswordIdentity | undefined>;
  /** Told of a device that was let in, as it was read after the mark: its topics need not be looked up later. */
  learn(device: DeviceFacts, since: Mark): void;
  /** Makes this the password of an owner that has none, if the operator has switched that on. Rejects as above. */
  adopt(identity: PasswordIdentity, password: Uint8Array, address: string): Promise<AdoptionOutcome>;
  /** Resolves at the next moment at which a wrong password is answered. */
  equalDelay(startedAt: number): Promise<void>;
}

/** What a client sent, and where from. */
interface Login {
  readonly username: string;
  readonly password: Uint8Array;
  readonly address: string;
  /** `VerifiedCredentials.keyOf` of name and password. */
  readonly key: string;
}

/**
 * Login by ID and password. After a restart a fleet comes back faster than its passwords can be hashed, and a client that
 * waits too long hangs up and connects again: it joins the check that is under way instead of queueing a second time.
 */
export async function logInByPassword(
  parts: PasswordLoginParts,
  username: string,
  password: Uint8Array,
  address: string,
): Promise<AuthenticationResult> {
  const key = parts.verified.keyOf(username, password);
  const verified = parts.verified.find(key);
  if (verified) return { accepted: true, client: verified };
  const underWay = parts.underWay.get(key);
  if (underWay !== undefined) return forAnother(await underWay);
  const login = tryPassword(parts, { username, password, address, key });
  parts.underWay.set(key, login);
  try {
    return await login;
  } finally {
    parts.underWay.delete(key);
  }
}

/** Each connection is a client of its own. */
function forAnother(result: AuthenticationResult): AuthenticationResult {
  return result.accepted ? { accepted: true, client: { ...result.client } } : result;
}

/**
 * A wrong password, an unknown ID and a password that is not adopted cost the same work and are answered alike, at the
 * same beat: how many passwords an ID has must not show either.
 */
async function tryPassword(parts: PasswordLoginParts, login: Login): Promise<AuthenticationResult> {
  const startedAt = performance.now();
  const attempt = parts.throttle.admit(login.address, login.username);
  if (!attempt) return refuse(refusals.throttled);
  try {
    const settled = await untilSettled(() => check(parts, login));
    const result = settled === 'changed meanwhile' ? refuse(refusals.unchecked) : settled;
    if (result.accepted) attempt.succeed();
    else if (result.refusal.code === ConnackCode.badUserNameOrPassword) {
      attempt.fail();
      await parts.equalDelay(startedAt);
    } else attempt.forgive();
    return result;
  } catch (error) {
    attempt.forgive();
    if (error instanceof OverloadedError) return refuse(refusals.overloaded);
    throw error;
  }
}

async function check(
  parts: PasswordLoginParts,
  login: Login,
): Promise<AuthenticationResult | 'changed meanwhile'> {
  const mark = parts.changes.mark();
  const identity = await parts.findIdentity(login.username);
  const found = await findOrAdopt(parts, identity, login);
  if (found === 'changed meanwhile') return found;
  if (!identity || 'refusal' in found) {
    return refuse('refusal' in found ? found.refusal : refusals.wrongPassword, identity?.principal);
  }
  if (identity.blocked) return refuse(refusals.disabled, identity.principal);
  if (identity.disabled) return refuse(refusals.registryDisabled, identity.principal);
  const client: Client = { principal: identity.principal, credential: { kind: 'password', id: found.id } };
  if (parts.changes.touchedSince(mark, subjectKeys(client))) return 'changed meanwhile';
  parts.verified.remember(login.key, client);
  if (identity.device) parts.learn(identity.device, mark);
  return { accepted: true, client };
}

/** The password that this is. Costs one hash at least, whatever comes of it. */
async function findOrAdopt(
  { hasher, adopt }: PasswordLoginParts,
  identity: PasswordIdentity | undefined,
  { password, address }: Login,
): Promise<{ readonly id: string } | { readonly refusal: Refusal } | 'changed meanwhile'> {
  const outcome = identity ? await adopt(identity, password, address) : 'off';
  if (outcome === 'changed meanwhile') return outcome;
  if (outcome !== 'off' && 'passwordId' in outcome) return { id: outcome.passwordId };
  const match = await hasher.findMatch(identity?.passwords ?? [], password);
  return match ?? { refusal: outcome === 'off' ? refusals.wrongPassword : outcome.refusal };
}
