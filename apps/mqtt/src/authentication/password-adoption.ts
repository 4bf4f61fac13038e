/**
 * Password adoption: trust on first use, for fleets whose passwords nobody can export. While an operator has it switched
 * on, an owner without a password keeps the one that it connects with; from then on only that one counts.
 */

import { addressBlock, checkPassword, isInNetworks, limits, type Principal } from '@iotcore/model';
import { type Rate, TokenBuckets } from '@iotcore/process';
import type { AdoptedPassword, PasswordAdoption, PasswordIdentity } from '@iotcore/store/data-plane';
import { type Refusal, refusals } from './authentication-result.ts';

export interface PasswordAdoptionParts {
  /** First connections by owner and address (of IPv6: one /64). */
  readonly attempts: TokenBuckets;
  now(): Date;
  /** Throws OverloadedError when too many wait. */
  hash(password: Uint8Array): Promise<string>;
  newPasswordId(): string;
  /** What the operator switched on for an owner, if anything. Rejects while the database is away. */
  findAdoption(adopter: AdopterKey): Promise<PasswordAdoption | undefined>;
  /** Stores it, unless meanwhile the owner has a password, or adoption has ended. Rejects while the database is away. */
  store(password: AdoptedPassword): Promise<'adopted' | 'adopted anew' | 'changed meanwhile'>;
  /** Told of each password that was adopted. */
  adopted(adoption: Adoption): void;
}

/** What was adopted, for the log. */
export interface Adoption {
  readonly principal: Principal;
  readonly passwordId: string;
  readonly address: string;
  /** The owner had an adopted password before, which an operator rejected. */
  readonly anew: boolean;
  /** Why the API would not have taken this password. */
  readonly weakness: string | undefined;
}

/** Whose operator decides: a device's registry. No kind holds a colon. */
export type AdopterKey = `${'registry' | 'broker'}:${string}`;

export type AdoptionOutcome =
  | { readonly passwordId: string }
  | { readonly refusal: Refusal }
  /** The owner must be looked up again. */
  | 'changed meanwhile'
  /** It has a password, or nothing is adopted here. */
  | 'off';

/** Addresses remembered, some 100 bytes each; a client that floods them out has only bought the attempts of one more minute. */
const maxAddresses = 50_000;

/** For `attempts`, on the steady clock: a jump of the other one forgives nothing. */
export function countAdoptionAttempts(now: () => number = () => performance.now()): TokenBuckets {
  return new TokenBuckets(maxAddresses, now);
}

/** Of two first connections at the same moment the database takes one; the other is checked again, and finds a password. */
export async function adoptPassword(
  parts: PasswordAdoptionParts,
  { principal, passwords, disabled, blocked }: PasswordIdentity,
  password: Uint8Array,
  address: string,
): Promise<AdoptionOutcome> {
  if (disabled || blocked || passwords.length > 0) return 'off';
  const adopter = adopterOf(principal);
  const adoption = await parts.findAdoption(adopter);
  if (!adoption || adoption.endsAt <= parts.now()) return 'off';
  const refusal = whyNot(adoption, password, address);
  if (refusal) return { refusal };
  const attempt = admit(parts.attempts, `${adopter} ${addressBlock(address)}`, adoption.attemptsPerMinute);
  if (!attempt) return { refusal: refusals.adoptionThrottled };
  try {
    return await store(parts, principal, password, address);
  } catch (error) {
    attempt.forgive();
    throw error;
  }
}

function adopterOf(principal: Principal): AdopterKey {
  if (principal.kind === 'broker') return `broker:${principal.id}`;
  return `registry:${principal.kind === 'device' ? principal.registryId : principal.id}`;
}

function whyNot({ networks }: PasswordAdoption, password: Uint8Array, address: string): Refusal | undefined {
  if (password.length === 0) return refusals.adoptionEmpty;
  if (password.length > limits.password.max) return refusals.adoptionTooLong;
  if (networks.length > 0 && !isInNetworks(networks, address)) return refusals.adoptionOutside;
  return undefined;
}

function admit(attempts: TokenBuckets, key: string, perMinute: number) {
  const rate: Rate = { burst: perMinute, perSecond: perMinute / 60 };
  if (attempts.waitMs(key, rate) > 0) return undefined;
  attempts.spend(key, rate);
  return { forgive: () => attempts.giveBack(key, rate) };
}

async function store(
  parts: PasswordAdoptionParts,
  principal: Principal,
  password: Uint8Array,
  address: string,
): Promise<AdoptionOutcome> {
  const hash = await parts.hash(password);
  const passwordId = parts.newPasswordId();
  const weakness = weaknessOf(password);
  // The hash may have waited its turn: the end may have come by now, so the time is taken again.
  const given = { id: passwordId, hash, owner: principal, address, at: parts.now(), weakness };
  const outcome = await parts.store(given);
  if (outcome === 'changed meanwhile') return outcome;
  parts.adopted({ principal, passwordId, address, anew: outcome === 'adopted anew', weakness });
  return { passwordId };
}

/** What the API would object to. Devices in the field have what they have, so it is said and taken. */
function weaknessOf(password: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password);
    return checkPassword(text)?.description;
  } catch {
    return 'Not text in UTF-8.';
  }
}
