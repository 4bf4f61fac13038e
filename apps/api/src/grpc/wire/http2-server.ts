/** The HTTP/2 server that both gRPC ports share: gRPC calls go to one handler, every other request to another. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  type Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';

/** Calls at the same time on one connection, as gRPC servers have by habit. */
const maxConcurrentStreams = 100;
/** Bytes of the headers of one call, as the REST edge takes too. */
const maxHeaderListBytes = 16 * 1024;
/**
 * A connection without a call is closed after this, whatever it pings; its client opens another when it needs one. Of pings
 * themselves there may be any number: some clients send one every ten seconds, and give up where a server counts them.
 */
const idleSessionMs = 5 * 60_000;
/** What `close` waits for calls that are being answered. */
const drainMs = 3000;

export interface Http2Times {
  readonly idleSessionMs: number;
  readonly drainMs: number;
}

export interface Http2Handlers {
  grpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void;
  /** REST over HTTP/2. */
  other(request: IncomingMessage, response: ServerResponse): void;
}

/** It listens nowhere: listeners hand it their connections by `server.emit('connection', socket)`. */
export class Http2Edge {
  readonly server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #times: Http2Times;

  constructor({ grpc, other }: Http2Handlers, times: Http2Times = { idleSessionMs, drainMs }) {
    this.#times = times;
    this.server = createServer({
      settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderListBytes, enablePush: false },
      maxSessionMemory: 10,
    });
    this.server.on('session', (session) => this.#watch(session));
    this.server.on('sessionError', () => {});
    // Not by the event `request`: Node's response object, made for every stream, would send trailers of its own.
    this.server.on('stream', (stream, headers, _flags, rawHeaders) => {
      if (headerListBytes(rawHeaders) > maxHeaderListBytes) {
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return;
      }
      if (isGrpc(headers)) return grpc(stream, headers);
      const request = new Http2ServerRequest(stream, headers, {}, rawHeaders);
      const response = new Http2ServerResponse(stream);
      other(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    });
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Tells every client to make no more calls, waits for those under way, then closes. */
  async close(): Promise<void> {
    const closed = [...this.#sessions].map(
      (session) =>
        new Promise<void>((resolve) => {
          session.once('close', resolve);
          session.close();
        }),
    );
    const patience = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, this.#times.drainMs);
    await Promise.all(closed);
    clearTimeout(patience);
    this.server.close();
  }

  #watch(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on('error', () => {});
    let calls = 0;
    // It runs on during calls, and begins anew after the last of them: a timer for each call would cost more.
    const idle = setTimeout(() => {
      if (calls === 0) session.close();
    }, this.#times.idleSessionMs);
    session.on('stream', (stream) => {
      calls += 1;
      stream.once('close', () => {
        calls -= 1;
        if (calls === 0 && !session.closed) idle.refresh();
      });
    });
    session.once('close', () => {
      this.#sessions.delete(session);
      clearTimeout(idle);
    });
  }
}

/**
 * As HTTP/2 counts them (RFC 9113, 6.5.2). Node holds clients to the setting only once they have acknowledged it, which they may
 * put off.
 */
function headerListBytes(rawHeaders: readonly string[]): number {
  let bytes = rawHeaders.length * 16;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

/** Messages in protocol buffers alone: neither gRPC-Web nor JSON is served. */
const grpcContent = /^application\/grpc(\+proto)?\s*(;|$)/i;

function isGrpc(headers: IncomingHttpHeaders): boolean {
  return grpcContent.test(headers['content-type'] ?? '');
}
