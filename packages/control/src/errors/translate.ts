/** The one place where what went wrong inside becomes an error of the API. An edge translates what it adds itself. */
import { OverloadedError } from '@iotcore/credentials';
import { DatabaseUnavailableError } from '@iotcore/store';
import {
  IdempotencyMismatchError,
  KeyInUseError,
  MissingError,
  NotEmptyError,
  QuotaExceededError,
  TakenError,
} from '@iotcore/store/control';
import { ApiError, errors } from './catalogue.ts';

/** Prisma's: no connection in time, a transaction that took too long, a deadlock. All of them may be tried again. */
const passingCodes: ReadonlySet<unknown> = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
]);

/** What to answer. Anything that has no category here is INTERNAL, and is for the log alone. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TakenError) return errors.alreadyExists(error.what);
  if (error instanceof MissingError) return errors.notFound(error.what);
  if (error instanceof NotEmptyError) return errors.registryNotEmpty();
  if (error instanceof QuotaExceededError) return errors.quotaExceeded(error.quota);
  if (error instanceof IdempotencyMismatchError) return errors.idempotencyMismatch();
  if (error instanceof KeyInUseError) return errors.keyInUse();
  if (error instanceof OverloadedError || isUnavailable(error)) return errors.unavailable();
  return errors.internal();
}

function isUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseUnavailableError) return true;
    if ('code' in cause && passingCodes.has(cause.code)) return true;
  }
  return false;
}
