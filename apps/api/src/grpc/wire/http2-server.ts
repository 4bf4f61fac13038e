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
import type { Duplex } from 'node:stream';
import { connectionTimeoutMs, requestTimeoutMs } from '../../limits.ts';
import { holdToTime, type RequestTimes } from './hold-to-time.ts';

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
/**
 * What a client has to read what tells it to go, or to answer a ping: as long as for an answer, which may come before it. To a
 * client that reads nothing Node would write for ever, even once the session is destroyed: so its socket is.
 */
const deafMs = 30_000;

export interface Http2Times extends RequestTimes {
  readonly idleSessionMs: number;
  readonly drainMs: number;
  readonly deafMs: number;
}

const usual: Http2Times = {
  ...{ idleSessionMs, drainMs, deafMs },
  ...{ requestMs: requestTimeoutMs, stalledMs: connectionTimeoutMs },
};

export interface Http2Handlers {
  grpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void;
  /** REST over HTTP/2. */
  other(request: IncomingMessage, response: ServerResponse): void;
}

/** It listens nowhere: listeners hand it their connections by `server.emit('connection', socket)`. */
export class Http2Edge {
  readonly server: Http2Server;
  /** With the sockets below them. */
  readonly #sessions = new Map<ServerHttp2Session, Duplex>();
  readonly #times: Http2Times;

  constructor({ grpc, other }: Http2Handlers, times: Partial<Http2Times> = {}) {
    this.#times = { ...usual, ...times };
    this.server = createServer({
      settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderListBytes, enablePush: false },
      maxSessionMemory: 10,
    });
    // A session keeps its socket to itself; it comes while its connection is being taken.
    let socket: Duplex;
    this.server.prependListener('connection', (accepted: Duplex) => {
      socket = accepted;
    });
    this.server.on('session', (session) => this.#watch(session, socket));
    this.server.on('sessionError', () => {});
    // Not by the event `request`: Node's response object, made for every stream, would send trailers of its own.
    this.server.on('stream', (stream, headers, _flags, rawHeaders) => {
      if (headerListBytes(rawHeaders) > maxHeaderListBytes) {
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return;
      }
      if (isGrpc(headers)) return grpc(stream, headers);
      holdToTime(stream, this.#times);
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
    const closed = [...this.#sessions.keys()].map(
      (session) =>
        new Promise<void>((resolve) => {
          session.once('close', resolve);
          session.close();
        }),
    );
    const patience = setTimeout(() => {
      for (const [session, socket] of this.#sessions) {
        session.destroy();
        socket.destroy();
      }
    }, this.#times.drainMs);
    await Promise.all(closed);
    clearTimeout(patience);
    this.server.close();
  }

  #watch(session: ServerHttp2Session, socket: Duplex): void {
    this.#sessions.set(session, socket);
    session.on('error', () => {});
    let calls = 0;
    let deaf: NodeJS.Timeout | undefined;
    const mustHear = () => {
      deaf ??= setTimeout(() => socket.destroy(), this.#times.deafMs);
    };
    const heard = () => {
      clearTimeout(deaf);
      deaf = undefined;
    };
    // It runs on during calls, and begins anew after the last of them: a timer for each call would cost more.
    const idle = setTimeout(() => {
      mustHear();
      if (calls === 0) return session.close();
      session.ping(heard);
      idle.refresh();
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
      heard();
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
