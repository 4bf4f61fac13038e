/** A refusal of the API as the console shows it: at the field that it names, or as a whole with the ID of the request. */

interface Body {
  readonly code?: number;
  readonly message?: string;
  readonly details?: readonly {
    readonly fieldViolations?: readonly { field: string; description: string }[];
  }[];
}

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  /** 0: no answer came. */
  readonly status: number;
  readonly requestId: string | undefined;
  /** Of google.rpc; undefined where the answer is not one of the API. */
  readonly code: number | undefined;
  /** What is wrong with each field, by its name. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(
    status: number,
    message: string,
    requestId?: string,
    fields: ReadonlyMap<string, string> = new Map(),
    code?: number,
  ) {
    super(message);
    this.status = status;
    this.requestId = requestId;
    this.fields = fields;
    this.code = code;
  }

  static of(error: unknown, response: Response | undefined): ApiFailure {
    const body = (typeof error === 'object' && error !== null ? error : {}) as Body;
    const violations = body.details?.flatMap(({ fieldViolations = [] }) => fieldViolations) ?? [];
    return new ApiFailure(
      response?.status ?? 0,
      response ? (body.message ?? response.statusText) : '',
      response?.headers.get('x-request-id') ?? undefined,
      new Map(violations.map(({ field, description }) => [field, description])),
      body.code,
    );
  }

  /** Nobody is signed in, or not any more. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** It goes away by itself: the API does not answer, or its database does not. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Not found, or not to be seen. */
  get isMissing(): boolean {
    return this.status === 404;
  }
}

export function toFailure(error: unknown): ApiFailure {
  return error instanceof ApiFailure
    ? error
    : new ApiFailure(-1, error instanceof Error ? error.message : String(error));
}
