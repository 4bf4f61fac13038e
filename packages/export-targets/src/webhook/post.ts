/** One POST, bounded in time and in what is read of the answer. Redirects are answers like any other. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import type { request as requestOverTls } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from './answers.ts';

/** Of an answer no more is read; the connection is then given up. */
const mostAnswerBytes = 4096;

export interface Post {
  readonly url: URL;
  readonly request: typeof requestOverTls;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** For connection, request and answer together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Nothing came, or not all of it, within the time. */
export class PostTimeoutError extends Error {
  override readonly name = 'PostTimeoutError';
}

/** @throws PostTimeoutError, or what the socket says */
export async function post({
  url,
  request,
  agent,
  headers,
  body,
  timeoutMs,
  signal,
}: Post): Promise<HttpAnswer> {
  const ending = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: ending.signal, ref: false }).then(
    () => {
      throw new PostTimeoutError(`no answer within ${timeoutMs / 1000} s`);
    },
    () => new Promise<never>(() => undefined),
  );
  const options: RequestOptions = {
    method: 'POST',
    agent,
    headers: { ...headers, 'content-length': String(body.length) },
    signal: AbortSignal.any([signal, ending.signal]),
  };
  try {
    return await Promise.race([roundTrip(url, request, options, body), timeout]);
  } finally {
    ending.abort();
  }
}

function roundTrip(
  url: URL,
  request: typeof requestOverTls,
  options: RequestOptions,
  body: Buffer,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sending = request(url, options, (incoming) => {
      read(incoming).then(
        (answer) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, answer }),
        reject,
      );
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** The beginning of the answer, as text. */
async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) break;
  }
  // Leaving the loop has destroyed the rest, and the connection with it.
  return Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString('utf8');
}
