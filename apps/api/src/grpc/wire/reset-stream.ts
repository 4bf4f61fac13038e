import { constants, type ServerHttp2Stream } from 'node:http2';

/** Resets a stream and forgets it, whether or not the client hears of that: one that takes nothing does not take a reset either. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
  stream.destroy();
}
