/** The one place where what went wrong inside becomes an error of the API. An edge translates what it adds itself. */
import { OverloadedError } from '@iotcore/credentials';
import { isDatabaseUnavailable } from '@iotcore/store';
import {
  IdempotencyMismatchError,
  KeyInUseError,
  MissingError,
  NotEmptyError,
  QuotaExceededError,
  StoreFullError,
  TakenError,
} from '@iotcore/store/control';
import { ApiError, errors } from './catalogue.ts';

/** What to answer. Anything that has no category here is INTERNAL, and is for the log alone. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TakenError) return errors.alreadyExists(error.what);
  if (error instanceof MissingError) return errors.notFound(error.what);
  if (error instanceof NotEmptyError) return errors.registryNotEmpty();
  if (error instanceof QuotaExceededError) return errors.quotaExceeded(error.quota);
  if (error instanceof StoreFullError) return errors.exportStoreFull(error.room);
  if (error instanceof IdempotencyMismatchError) return errors.idempotencyMismatch();
  if (error instanceof KeyInUseError) return errors.keyInUse();
  if (error instanceof OverloadedError || isDatabaseUnavailable(error)) return errors.unavailable();
  return errors.internal();
}
