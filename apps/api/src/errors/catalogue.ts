/**
 * Every error that the API answers: the codes of google.rpc with their HTTP status, and one function for each thing that
 * can be wrong. A code is never reused. Messages are for people and name no secret.
 */
import type { Status } from '@iotcore/contract';

/** google.rpc.Code and the HTTP status that carries it unless an error says otherwise. */
export const codes = {
  INVALID_ARGUMENT: { code: 3, http: 400 },
  DEADLINE_EXCEEDED: { code: 4, http: 408 },
  NOT_FOUND: { code: 5, http: 404 },
  ALREADY_EXISTS: { code: 6, http: 409 },
  PERMISSION_DENIED: { code: 7, http: 403 },
  RESOURCE_EXHAUSTED: { code: 8, http: 429 },
  FAILED_PRECONDITION: { code: 9, http: 400 },
  ABORTED: { code: 10, http: 409 },
  UNIMPLEMENTED: { code: 12, http: 405 },
  INTERNAL: { code: 13, http: 500 },
  UNAVAILABLE: { code: 14, http: 503 },
  UNAUTHENTICATED: { code: 16, http: 401 },
} as const;
export type CodeName = keyof typeof codes;

export interface FieldViolation {
  /** Such as `certificates[1].certificateData`; empty for the body as a whole. */
  readonly field: string;
  readonly description: string;
}

interface AnswerOptions extends ErrorOptions {
  /** Where the HTTP status is not the usual one of the code. */
  readonly http?: number;
  readonly details?: Status['details'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that is answered as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly http: number;
  readonly details: Status['details'];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: CodeName, message: string, options: AnswerOptions = {}) {
    super(message, options);
    this.code = codes[code].code;
    this.http = options.http ?? codes[code].http;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }

  get body(): Status {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** How many violations the message names; the details have all. */
const violationsInMessage = 3;

export const errors = {
  invalidArgument(violations: readonly FieldViolation[]): ApiError {
    const named = violations
      .slice(0, violationsInMessage)
      .map(({ field, description }) => `${field || 'body'}: ${description}`);
    return new ApiError('INVALID_ARGUMENT', `Invalid request: ${named.join(' ')}`, {
      details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [...violations] }],
    });
  },
  malformed: (message: string, http = 400) => new ApiError('INVALID_ARGUMENT', message, { http }),
  /** The same whether it does not exist or the caller may not see it. */
  notFound: (what: string) => new ApiError('NOT_FOUND', `${what} not found.`),
  noSuchMethod: () => new ApiError('NOT_FOUND', 'The API has no such method. GET /docs shows what it has.'),
  methodNotAllowed: (allowed: readonly string[]) =>
    new ApiError('UNIMPLEMENTED', `This address takes ${allowed.join(', ')}.`, {
      headers: { allow: allowed.join(', ') },
    }),
  alreadyExists: (what: string) => new ApiError('ALREADY_EXISTS', `This ${what} is taken.`),
  registryNotEmpty: () =>
    new ApiError('FAILED_PRECONDITION', 'The registry has devices; only an empty one can be deleted.'),
  registryDisabled: () => new ApiError('FAILED_PRECONDITION', 'The registry is disabled.'),
  idempotencyMismatch: () =>
    new ApiError(
      'ABORTED',
      'This Idempotency-Key was used for another request; a new request takes a new key.',
    ),
  quotaExceeded: (quota: number) =>
    new ApiError('RESOURCE_EXHAUSTED', `The folder has reached its quota of ${quota}.`),
  rateLimited: (retryAfterSeconds: number) =>
    new ApiError('RESOURCE_EXHAUSTED', 'Too many requests.', {
      headers: { 'retry-after': String(retryAfterSeconds) },
    }),
  /** One message for every reason: which one it was tells an attacker something. */
  unauthenticated: () =>
    new ApiError(
      'UNAUTHENTICATED',
      'No valid credentials: a token as `Authorization: Bearer`, or an API key as `Api-Key`.',
      {
        headers: { 'www-authenticate': 'Bearer, Api-Key' },
      },
    ),
  permissionDenied: () =>
    new ApiError('PERMISSION_DENIED', 'The roles of the caller do not permit this in this folder.'),
  unavailable: (message = 'The service is not available now; try again later.', cause?: unknown) =>
    new ApiError('UNAVAILABLE', message, { headers: { 'retry-after': '1' }, cause }),
  timedOut: () => new ApiError('DEADLINE_EXCEEDED', 'The request took too long to arrive.'),
  internal: () => new ApiError('INTERNAL', 'Something went wrong here; the request ID finds it in the log.'),
};
