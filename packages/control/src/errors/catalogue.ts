/**
 * Every error that an operation answers: the codes of google.rpc, and one function for each thing that can be wrong. A code
 * is never reused. An edge maps the code to its own status. Messages are for people and name no secret.
 */
import type { Status } from '@iotcore/contract';
import { errorCodes } from '@iotcore/model';

export const codes = errorCodes;
export type CodeName = keyof typeof codes;

export interface FieldViolation {
  /** Such as `certificates[1].certificateData`; empty for the input as a whole. */
  readonly field: string;
  readonly description: string;
}

interface ErrorDetails extends ErrorOptions {
  readonly details?: Status['details'];
  /** When it makes sense to try again. Absent: not by waiting alone. */
  readonly retryAfterSeconds?: number;
}

/** An error that is answered as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: CodeName;
  readonly details: Status['details'];
  readonly retryAfterSeconds: number | undefined;

  constructor(status: CodeName, message: string, options: ErrorDetails = {}) {
    super(message, options);
    this.status = status;
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The number of its status. */
  get code(): number {
    return codes[this.status];
  }

  /** As google.rpc.Status in proto3 JSON. */
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
  /** The same whether it does not exist or the caller may not see it. */
  notFound: (what: string) => new ApiError('NOT_FOUND', `${what} not found.`),
  alreadyExists: (what: string) => new ApiError('ALREADY_EXISTS', `This ${what} is taken.`),
  registryNotEmpty: () =>
    new ApiError('FAILED_PRECONDITION', 'The registry has devices; only an empty one can be deleted.'),
  tooManyNetworkBlocks: (most: number) =>
    new ApiError('RESOURCE_EXHAUSTED', `At most ${most} address ranges can be blocked at a time.`),
  senderDisabled: () => new ApiError('FAILED_PRECONDITION', 'The sender is disabled.'),
  registryDisabled: () => new ApiError('FAILED_PRECONDITION', 'The registry is disabled.'),
  idempotencyMismatch: () =>
    new ApiError(
      'ABORTED',
      'This Idempotency-Key was used for another request; a new request takes a new key.',
    ),
  keyInUse: () =>
    new ApiError('ABORTED', 'The same call is being worked on; ask again for its answer.', {
      retryAfterSeconds: 1,
    }),
  quotaExceeded: (quota: number) =>
    new ApiError('RESOURCE_EXHAUSTED', `The folder has reached its quota of ${quota}.`),
  exportIsNotPulled: () =>
    new ApiError(
      'FAILED_PRECONDITION',
      'Messages are sent for this export: only one with the target pull can be asked.',
    ),
  exportSecretsUnreadable: () =>
    new ApiError(
      'FAILED_PRECONDITION',
      'The secrets of the export cannot be read: the key that they were sealed with is gone. Delete it and create it again.',
    ),
  dataStreamServersUnusable: (why: string) =>
    new ApiError(
      'FAILED_PRECONDITION',
      `The servers that the operator has named for this database cannot be used. ${why}`,
    ),
  exportStoreFull: (room: number) =>
    new ApiError(
      'RESOURCE_EXHAUSTED',
      `The logs of all exports may have IOT_EXPORT_STORE_BYTES together; of these ${Math.max(0, room)} are left for backlog.maxBytes.`,
    ),
  storageQuotaExceeded: (message: string) => new ApiError('RESOURCE_EXHAUSTED', message),
  tooManyStreams: (most: number) =>
    new ApiError('RESOURCE_EXHAUSTED', `A caller may have ${most} live views open at a time: close one.`),
  tooManyWatches: (message: string) => new ApiError('RESOURCE_EXHAUSTED', message),
  rateLimited: (retryAfterSeconds: number) =>
    new ApiError('RESOURCE_EXHAUSTED', 'Too many requests.', { retryAfterSeconds }),
  /** One message for every reason: which one it was tells an attacker something. */
  unauthenticated: () =>
    new ApiError(
      'UNAUTHENTICATED',
      'No valid credentials: a token as `Authorization: Bearer`, or an API key as `Api-Key`.',
    ),
  onlyForBrowsers: () =>
    new ApiError(
      'FAILED_PRECONDITION',
      'A session is for the console in a browser. Programs send a token or an API key with each call.',
    ),
  notForBrowsers: () =>
    new ApiError(
      'FAILED_PRECONDITION',
      'A browser session gets no token and no sign-in code: call with a token or an API key.',
    ),
  yandexOauthToken: () =>
    new ApiError(
      'UNAUTHENTICATED',
      'This is an OAuth token of Yandex, which is not known here. Use the admin token, an IAM token or an API key of this installation, or the key of a service account.',
    ),
  permissionDenied: () =>
    new ApiError('PERMISSION_DENIED', 'The roles of the caller do not permit this in this folder.'),
  unimplemented: (message: string) => new ApiError('UNIMPLEMENTED', message),
  unavailable: (message = 'The service is not available now; try again later.', cause?: unknown) =>
    new ApiError('UNAVAILABLE', message, { retryAfterSeconds: 1, cause }),
  /** The caller's own time limit has passed. Whether the mutation took place is said by its Idempotency-Key. */
  deadlineExceeded: () => new ApiError('DEADLINE_EXCEEDED', 'The deadline of the call has passed.'),
  /** The caller is gone, or has said that it no longer wants the answer. */
  cancelled: () => new ApiError('CANCELLED', 'The caller cancelled the call.'),
  internal: () => new ApiError('INTERNAL', 'Something went wrong here; the request ID finds it in the log.'),
};
