/** One gRPC call on its HTTP/2 stream: what its headers say, its messages in, its messages and trailers out. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { ApiError } from '@iotcore/control';
import { frame, readFrames, unpack } from './frames.ts';
import { failed, succeeded, type Trailers } from './status.ts';
import { maxCallMs, readTimeout } from './timeout.ts';

/** After the answer: how long the rest of a request may still come in, in ms. */
const discardMs = 5000;

export class StreamCall {
  readonly headers: IncomingHttpHeaders;
  /** Since the epoch, in ms: the caller's own deadline, or ours if that is earlier. */
  readonly deadlineMs: number;
  /** False if `grpc-timeout` says no time. */
  readonly hasValidTimeout: boolean;
  readonly #stream: ServerHttp2Stream;
  readonly #requestId: string;
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** `isLong`: the call may last as long as its caller wants; only the caller's own deadline ends it. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, requestId: string, isLong = false) {
    this.headers = headers;
    this.#stream = stream;
    this.#requestId = requestId;
    const timeoutMs = readTimeout(textOf(headers['grpc-timeout']));
    this.hasValidTimeout = timeoutMs !== undefined;
    this.deadlineMs = Date.now() + (timeoutMs ?? maxCallMs);
    if (!isLong || headers['grpc-timeout'] !== undefined)
      this.#timer = setTimeout(() => this.#over.abort(deadlineExceeded()), timeoutMs ?? maxCallMs);
    // The peer can reset the stream at any time; whoever works on the call hears of it by the signal.
    stream.on('error', () => {});
    stream.once('close', () => {
      clearTimeout(this.#timer);
      this.#over.abort(new ApiError('CANCELLED', 'The caller went away.'));
    });
  }

  /** Aborts with an ApiError when the deadline passes or the caller goes away. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The messages of the caller, in their binary form, as they come. */
  async *messages(): AsyncGenerator<Buffer> {
    const encoding = textOf(this.headers['grpc-encoding']) ?? 'identity';
    for await (const message of readFrames(this.#chunks())) yield await unpack(message, encoding);
  }

  /** What comes in, until the caller has sent all; ends with the reason of the signal when nobody waits any more. */
  async *#chunks(): AsyncGenerator<Buffer> {
    const over = new Promise<never>((_resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    over.catch(() => {});
    // Left open at the end: the answer still goes out on it.
    const chunks = this.#stream.iterator({ destroyOnReturn: false });
    for (;;) {
      this.signal.throwIfAborted();
      const { done, value } = await Promise.race([chunks.next(), over]);
      if (done) return;
      yield value;
    }
  }

  /**
   * The one message of a unary call.
   *
   * @throws ApiError INVALID_ARGUMENT if there is none, or a second
   */
  async message(): Promise<Buffer> {
    let only: Buffer | undefined;
    for await (const message of this.messages()) {
      if (only) throw new ApiError('INVALID_ARGUMENT', 'The call takes one message, and there are more.');
      only = message;
    }
    if (only) return only;
    throw new ApiError('INVALID_ARGUMENT', 'The call takes one message, and there is none.');
  }

  /** Sends a message; resolves once the client has room for the next. */
  async send(message: Uint8Array): Promise<void> {
    this.#begin();
    if (this.#stream.destroyed || this.#stream.write(frame(message))) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve);
      this.#stream.once('close', resolve);
    });
  }

  succeed(): void {
    this.#end(succeeded);
  }

  fail(error: ApiError): void {
    this.#end(failed(error));
  }

  /** The headers of the answer: clients show the request ID only from here. */
  #begin(): void {
    if (this.#stream.headersSent || this.#stream.destroyed) return;
    const headers = {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-accept-encoding': 'identity,gzip',
      'x-request-id': this.#requestId,
    };
    this.#stream.respond(headers, { waitForTrailers: true });
  }

  #end(trailers: Trailers): void {
    clearTimeout(this.#timer);
    const stream = this.#stream;
    if (stream.destroyed) return;
    this.#begin();
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    // What the client still sends is thrown away; a client that goes on for long has its stream reset, without an error.
    stream.resume();
    const reset = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), discardMs);
    stream.once('close', () => clearTimeout(reset));
    stream.end();
  }
}

function deadlineExceeded(): ApiError {
  return new ApiError('DEADLINE_EXCEEDED', 'The deadline of the call has passed.');
}

export function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
