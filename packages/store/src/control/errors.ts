/** What a mutation may meet in the database, in words of the domain. Raised by the functions beside, mapped by the API. */
import type pg from 'pg';

/** A value that must be unique is taken. */
export class TakenError extends Error {
  override readonly name = 'TakenError';
  readonly what: Unique;

  constructor(what: Unique, options?: ErrorOptions) {
    super(`${what} taken`, options);
    this.what = what;
  }
}
export type Unique = 'ID' | 'name' | 'certificate' | 'alias' | 'role binding';

/** Something that the mutation rests on is not there, or went away meanwhile. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
  /** Such as `Password`. */
  readonly what: string;

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} is missing`, options);
    this.what = what;
  }
}

/** The registry still has devices. */
export class NotEmptyError extends Error {
  override readonly name = 'NotEmptyError';
}

/** The folder has as many as its quota allows. */
export class QuotaExceededError extends Error {
  override readonly name = 'QuotaExceededError';
  readonly quota: number;

  constructor(quota: number) {
    super(`quota of ${quota} reached`);
    this.quota = quota;
  }
}

/** The logs of all exports together would have more than they may. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
  /** What is left, in bytes. */
  readonly room: number;

  constructor(room: number) {
    super(`room for ${room} bytes`);
    this.room = room;
  }
}

/** The Idempotency-Key was used for another request. */
export class IdempotencyMismatchError extends Error {
  override readonly name = 'IdempotencyMismatchError';
}

/** Another call works on the Idempotency-Key at this moment. */
export class KeyInUseError extends Error {
  override readonly name = 'KeyInUseError';
}

const uniqueByTable: ReadonlyMap<string | undefined, Unique> = new Map([
  ['registries', 'name'],
  ['devices', 'name'],
  ['brokers', 'name'],
  ['exports', 'name'],
  ['service_accounts', 'name'],
  ['certificates', 'certificate'],
  ['topic_aliases', 'alias'],
  ['role_bindings', 'role binding'],
]);

/** Primary keys of what has an ID, and of all IDs together. */
const idKeys: ReadonlySet<string | undefined> = new Set(
  ['resource_ids', 'registries', 'devices', 'brokers', 'service_accounts', 'exports'].map(
    (table) => `${table}_pkey`,
  ),
);

const uniqueViolation = '23505';
/** The second where the key says RESTRICT, since Postgres 18. */
const foreignKeyViolations: ReadonlySet<string | undefined> = new Set(['23503', '23001']);

/** Restates a violated constraint in words of the domain; returns any other error as it is. */
export function translateConstraint(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, table, constraint } = error as pg.DatabaseError;
  const cause = { cause: error };
  if (foreignKeyViolations.has(code)) return new MissingError('Resource', cause);
  if (code !== uniqueViolation) return error;
  const what = idKeys.has(constraint) ? 'ID' : uniqueByTable.get(table);
  return what ? new TakenError(what, cause) : error;
}
