/** The one place where what went wrong inside becomes an error of the API. */
import { OverloadedError } from '@iotcore/credentials';
import { DatabaseUnavailableError } from '@iotcore/store';
import {
  IdempotencyMismatchError,
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
  if (error instanceof OverloadedError || isUnavailable(error)) return errors.unavailable();
  if (isCutOff(error)) return errors.malformed('The body ended too early.');
  return fromFastify(error) ?? errors.internal();
}

/** The connection ended within the body of the request: Node's error, which Fastify marks as the client's. */
function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && 'statusCode' in error)) return false;
  return error.code === 'ECONNRESET' && error.statusCode === 400;
}

function isUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseUnavailableError) return true;
    if ('code' in cause && passingCodes.has(cause.code)) return true;
  }
  return false;
}

/** Refusals by Fastify itself, before a route is reached: by their HTTP status. */
function fromFastify(error: unknown): ApiError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('FST_'))
    return undefined;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  switch (status) {
    case 400:
      return errors.malformed('The request is malformed: its path must be UTF-8, its body JSON.');
    case 408:
      return errors.timedOut();
    case 413:
      return errors.malformed('The body is too large.', 413);
    case 414:
      return errors.malformed('The address is too long.', 414);
    case 415:
      return errors.malformed('The body must be application/json.', 415);
    case 503:
      return errors.unavailable();
    default:
      return undefined;
  }
}
