/** Calls of the API: answers or refusals, and lists that go on over pages. */
import type { Status } from '@iotcore/sdk';
import { ApiRefusal, CliError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';

interface Outcome<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly request?: Request | undefined;
  readonly response?: Response | undefined;
}

/**
 * The data of a call of the SDK: `await answer(sdk.getDevice({ client, path }))`.
 *
 * @throws ApiRefusal if the API refused, CliError if it could not be reached
 */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, request, response } = await call;
  if (data !== undefined && error === undefined) return data;
  if (isStatus(error)) throw new ApiRefusal(error);
  const address = request ? new URL(request.url).origin : 'the API';
  if (response)
    throw new CliError(
      `${address} answered ${response.status}, and not as this API does: is the address right?`,
    );
  throw new CliError(
    `${address} cannot be reached (${reasonOf(error)}): is it running?`,
    exitCodes.unavailable,
    { cause: error },
  );
}

function isStatus(error: unknown): error is Status {
  return typeof error === 'object' && error !== null && 'code' in error && 'details' in error;
}

/** What follows `fetch failed`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'no answer';
  if (cause.name === 'TimeoutError') return 'no answer in time';
  return ('code' in cause && typeof cause.code === 'string' && cause.code) || cause.message;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string | undefined;
}

export interface PageQuery {
  pageSize?: number;
  pageToken?: string;
}

/** All items of a list, at most `limit`; a page is asked for when the ones before it have been taken. */
export async function* everyPage<T>(
  ask: (query: PageQuery) => Promise<Page<T>>,
  {
    limit = Number.POSITIVE_INFINITY,
    pageSize = 1000,
  }: { limit?: number | undefined; pageSize?: number } = {},
): AsyncGenerator<T> {
  let left = limit;
  let pageToken: string | undefined;
  do {
    const size = Math.min(left, pageSize);
    const page = await ask({ pageSize: size, ...(pageToken === undefined ? {} : { pageToken }) });
    yield* page.items.slice(0, left);
    left -= page.items.length;
    pageToken = page.nextPageToken || undefined;
  } while (pageToken !== undefined && left > 0);
}
