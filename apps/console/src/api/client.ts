/** The generated client is the one way to the API. Its cookie is the browser's business: no secret is in reach of a script. */
import { createClient } from '@iotcore/sdk';
import { ApiFailure } from './failure.ts';

export const client = createClient({
  baseUrl: '',
  credentials: 'same-origin',
  // What no form of another site can send: without it the cookie does not count.
  headers: { 'X-Requested-With': 'iotcore-console' },
});

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response;
}

/** What a call answers. @throws ApiFailure, also where no answer came at all */
export async function ask<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call.catch((cause: unknown) => ({
    data: undefined,
    error: cause,
    response: undefined,
  }));
  if (response?.ok && data !== undefined && data !== null) return data;
  throw ApiFailure.of(error, response);
}
