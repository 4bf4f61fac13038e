/** The HTTP/2 server that both gRPC ports share: gRPC calls go to one handler, every other request to another. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
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
/** A connection without a call is closed after this; its client opens another when it needs one. */
const idleSessionMs = 5 * 60_000;
/** What `close` waits for calls that are being answered. */
const drainMs = 3000;

export interface Http2Handlers {
  grpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void;
  /** REST over HTTP/2. */
  other(request: IncomingMessage, response: ServerResponse): void;
}

/** It listens nowhere: listeners hand it their connections by `server.emit('connection', socket)`. */
export class Http2Edge {
  readonly server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor({ grpc, other }: Http2Handlers) {
    this.server = createServer({
      settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderListBytes, enablePush: false },
      maxSessionMemory: 10,
    });
    this.server.on('session', (session) => this.#watch(session));
    this.server.on('sessionError', () => {});
    // Not by the event `request`: Node's response object, made for every stream, would send trailers of its own.
    this.server.on('stream', (stream, headers, _flags, rawHeaders) => {
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
    }, drainMs);
    await Promise.all(closed);
    clearTimeout(patience);
    this.server.close();
  }

  #watch(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => {});
    session.setTimeout(idleSessionMs, () => session.close());
  }
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/grpc') ?? false;
}
