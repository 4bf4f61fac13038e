import type { ServerHttp2Stream } from 'node:http2';
import { resetStream } from './reset-stream.ts';

export interface RequestTimes {
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** How long nothing at all may move, of the request or of its answer. */
  readonly stalledMs: number;
}

/**
 * Resets a stream of REST that does not get on. Over HTTP/1.1 the server of Node does so, by connection; for HTTP/2 it has no such
 * limits, and a stream that is open would keep its connection for ever.
 */
export function holdToTime(stream: ServerHttp2Stream, { requestMs, stalledMs }: RequestTimes): void {
  const reset = () => resetStream(stream);
  stream.on('error', () => {});
  stream.setTimeout(stalledMs, reset);
  if (stream.endAfterHeaders) return;
  const late = setTimeout(reset, requestMs);
  for (const end of ['end', 'close']) stream.once(end, () => clearTimeout(late));
}
