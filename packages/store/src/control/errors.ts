/** What a change may meet in the database, in words of the domain. Raised by the functions beside, mapped by the API. */
import { Prisma } from '../generated/client.ts';

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

/** Something that the change rests on is not there, or went away meanwhile. */
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

/** The Idempotency-Key was used for another request. */
export class IdempotencyMismatchError extends Error {
  override readonly name = 'IdempotencyMismatchError';
}

/** Another call works on the Idempotency-Key at this moment. */
export class KeyInUseError extends Error {
  override readonly name = 'KeyInUseError';
}

const uniqueByTable: ReadonlyMap<string, Unique> = new Map([
  ['Registry', 'name'],
  ['Device', 'name'],
  ['Broker', 'name'],
  ['ServiceAccount', 'name'],
  ['Certificate', 'certificate'],
  ['TopicAlias', 'alias'],
  ['RoleBinding', 'role binding'],
]);

/** Primary keys of what has an ID, and of all IDs together. */
const idKeys: ReadonlySet<string | undefined> = new Set(
  ['resource_ids', 'registries', 'devices', 'brokers', 'service_accounts'].map((table) => `${table}_pkey`),
);

function isAboutId({ meta }: Prisma.PrismaClientKnownRequestError): boolean {
  const violated = meta as
    | { driverAdapterError?: { cause?: { constraint?: { index?: string } } } }
    | undefined;
  return idKeys.has(violated?.driverAdapterError?.cause?.constraint?.index);
}

/** Restates a violated constraint in words of the domain; returns any other error as it is. */
export function translateConstraint(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  const cause = { cause: error };
  if (error.code === 'P2002') {
    const what = isAboutId(error) ? 'ID' : uniqueByTable.get(String(error.meta?.['modelName']));
    return what ? new TakenError(what, cause) : error;
  }
  if (error.code === 'P2003') return new MissingError('Resource', cause);
  if (error.code === 'P2025') return new MissingError('Resource', cause);
  return error;
}
