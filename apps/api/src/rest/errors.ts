/** How errors look in HTTP: the status of each code, and the errors that only HTTP knows. */
import { ApiError, type CodeName, errors, toApiError } from '@iotcore/control';

const statuses: Readonly<Record<CodeName, number>> = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  UNIMPLEMENTED: 405,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
};

/** An error of HTTP itself: its status is not the usual one of its code, or it has a header of its own. */
class HttpError extends ApiError {
  readonly http: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: CodeName,
    message: string,
    http: number = statuses[status],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(status, message);
    this.http = http;
    this.headers = headers;
  }
}

export const httpErrors = {
  malformed: (message: string, http = 400) => new HttpError('INVALID_ARGUMENT', message, http),
  noSuchMethod: () => new HttpError('NOT_FOUND', 'The API has no such method. GET /docs shows what it has.'),
  methodNotAllowed: (allowed: readonly string[]) =>
    new HttpError('UNIMPLEMENTED', `This address takes ${allowed.join(', ')}.`, 405, {
      allow: allowed.join(', '),
    }),
  timedOut: () => new HttpError('DEADLINE_EXCEEDED', 'The request took too long to arrive.', 408),
};

export function statusOf(error: ApiError): number {
  return error instanceof HttpError ? error.http : statuses[error.status];
}

export function headersOf(error: ApiError): Readonly<Record<string, string>> {
  return {
    ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    ...(error.status === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer, Api-Key' }),
    ...(error instanceof HttpError && error.headers),
  };
}

/** What to answer to an error that may be Fastify's or Node's own. */
export function fromHttp(error: unknown): ApiError {
  if (isCutOff(error)) return httpErrors.malformed('The body ended too early.');
  return fromFastify(error) ?? toApiError(error);
}

/** The connection ended within the body of the request: Node's error, which Fastify marks as the client's. */
function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && 'statusCode' in error)) return false;
  return error.code === 'ECONNRESET' && error.statusCode === 400;
}

/** Refusals by Fastify itself, before a route is reached: by their HTTP status. */
function fromFastify(error: unknown): ApiError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('FST_'))
    return undefined;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  switch (status) {
    case 400:
      return httpErrors.malformed('The request is malformed: its path must be UTF-8, its body JSON.');
    case 408:
      return httpErrors.timedOut();
    case 413:
      return httpErrors.malformed('The body is too large.', 413);
    case 414:
      return httpErrors.malformed('The address is too long.', 414);
    case 415:
      return httpErrors.malformed('The body must be application/json.', 415);
    case 503:
      return errors.unavailable();
    default:
      return undefined;
  }
}
