/** One gRPC call on its HTTP/2 stream: what its headers say, its messages in, its messages and trailers out. */
import { once } from 'node:events';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { ApiError } from '@iotcore/control';
import { type Clock, systemClock } from '@iotcore/process';
import { FrameReader, frame, type IncomingMessage, unpack } from './frames.ts';
import { resetStream } from './reset-stream.ts';
import { failed, succeeded, type Trailers } from './status.ts';
import { maxCallMs, readTimeout } from './timeout.ts';

/** Once the answer is taken: how long the rest of a request may still come in, in ms. */
const usualDiscardMs = 5000;
/**
 * From the end of a call until its client must have taken the answer, in ms: the largest takes that long at 1 Mbit/s. A client
 * that gives HTTP/2 no room for it would keep it, and its connection, for as long as it likes.
 */
const usualTakeAnswerMs = 30_000;

export interface StreamCallOptions {
  /** The call may last as long as its caller wants; only the caller's own deadline ends it. */
  readonly isLong?: boolean | undefined;
  readonly takeAnswerMs?: number | undefined;
  readonly discardMs?: number | undefined;
  readonly clock?: Pick<Clock, 'date' | 'after'>;
}

export class StreamCall {
  readonly headers: IncomingHttpHeaders;
  /** Since the epoch, in ms: the caller's own deadline, or ours if that is earlier. */
  readonly deadlineMs: number;
  /** False if `grpc-timeout` says no time. */
  readonly hasValidTimeout: boolean;
  readonly #stream: ServerHttp2Stream;
  readonly #requestId: string;
  readonly #takeAnswerMs: number;
  readonly #discardMs: number;
  readonly #clock: Pick<Clock, 'date' | 'after'>;
  readonly #over = new AbortController();
  /** What waits by `unlessOver`: listeners of the signal would do the same, and take longer than the rest of a short call. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #callOffDeadline: (() => void) | undefined;
  #isAnswered = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    requestId: string,
    {
      isLong = false,
      takeAnswerMs = usualTakeAnswerMs,
      discardMs = usualDiscardMs,
      clock = systemClock,
    }: StreamCallOptions = {},
  ) {
    this.headers = headers;
    this.#stream = stream;
    this.#requestId = requestId;
    this.#takeAnswerMs = takeAnswerMs;
    this.#discardMs = discardMs;
    this.#clock = clock;
    const timeoutMs = readTimeout(textOf(headers['grpc-timeout']));
    this.hasValidTimeout = timeoutMs !== undefined;
    this.deadlineMs = clock.date().getTime() + (timeoutMs ?? maxCallMs);
    if (!isLong || headers['grpc-timeout'] !== undefined)
      this.#callOffDeadline = clock.after(timeoutMs ?? maxCallMs, () => this.#abort(deadlineExceeded()));
    // The peer can reset the stream at any time; the operation learns of it by the signal.
    stream.on('error', () => {});
    stream.once('close', () => {
      this.#callOffDeadline?.();
      if (!this.#isAnswered) this.#abort(new ApiError('CANCELLED', 'The caller went away.'));
    });
  }

  /** Aborts with an ApiError when the deadline passes or the caller goes away. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The messages of the caller, in their binary form, as they come; ends with the reason of the signal. */
  async *messages(): AsyncGenerator<Buffer> {
    const reader = new FrameReader();
    // Left open at the end: the answer still goes out on it.
    const chunks = this.#stream.iterator({ destroyOnReturn: false });
    for (;;) {
      const { done, value } = await this.unlessOver(chunks.next());
      if (done) break;
      for (const message of reader.push(value)) yield await unpack(message, this.#encoding);
    }
    reader.end();
  }

  /**
   * The one message of a unary call.
   *
   * @throws ApiError INVALID_ARGUMENT if there is none, or a second; the reason of the signal
   */
  async message(): Promise<Buffer> {
    const message = await this.unlessOver(this.#onlyFrame());
    return unpack(message, this.#encoding);
  }

  #abort(reason: ApiError): void {
    this.#over.abort(reason);
    for (const reject of this.#waiting) reject(this.signal.reason);
    this.#waiting.clear();
  }

  get #encoding(): string {
    return textOf(this.headers['grpc-encoding']) ?? 'identity';
  }

  #onlyFrame(): Promise<IncomingMessage> {
    const stream = this.#stream;
    const reader = new FrameReader();
    let only: IncomingMessage | undefined;
    return new Promise((resolve, reject) => {
      const attempt = (step: () => void) => () => {
        try {
          step();
        } catch (error) {
          // The rest is thrown away, not collected.
          stream.off('data', take);
          reject(error);
        }
      };
      const take = (chunk: Buffer) =>
        attempt(() => {
          for (const message of reader.push(chunk)) {
            if (only)
              throw new ApiError('INVALID_ARGUMENT', 'The call takes one message, and there are more.');
            only = message;
          }
        })();
      stream.on('data', take);
      const finish = attempt(() => {
        reader.end();
        if (!only) throw new ApiError('INVALID_ARGUMENT', 'The call takes one message, and there is none.');
        resolve(only);
      });
      // A call without any message may have ended before anybody listened.
      if (stream.readableEnded) finish();
      else stream.once('end', finish);
    });
  }

  /** Sends a message; resolves once the client has room for the next, rejects with the reason of the signal. */
  async send(message: Uint8Array): Promise<void> {
    this.#begin();
    if (this.#stream.destroyed || this.#stream.write(frame(message))) return;
    await this.unlessOver(once(this.#stream, 'drain'));
  }

  /** Waits for work, but no longer than anybody waits for the call. @throws the reason of the signal if that aborts first */
  unlessOver<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle =
        <V>(end: (value: V) => void) =>
        (value: V) => {
          this.#waiting.delete(reject);
          end(value);
        };
      work.then(settle(resolve), settle(reject));
      if (this.signal.aborted) reject(this.signal.reason);
      else this.#waiting.add(reject);
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
    this.#callOffDeadline?.();
    this.#isAnswered = true;
    const stream = this.#stream;
    if (stream.destroyed) return;
    this.#begin();
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    if (!stream.readableEnded) this.#discardRest();
    stream.end();
    this.#resetUnlessTaken();
  }

  /**
   * What the client still sends is thrown away; if it goes on for long after the answer its stream is reset, without an error.
   * Before the answer is taken that would take it away.
   */
  #discardRest(): void {
    const stream = this.#stream;
    stream.resume();
    stream.once('finish', () => {
      const callOff = this.#clock.after(this.#discardMs, () => stream.close(constants.NGHTTP2_NO_ERROR));
      stream.once('close', callOff);
    });
  }

  /** What the client has not taken in time is forgotten, whether or not it hears of that. */
  #resetUnlessTaken(): void {
    const stream = this.#stream;
    const callOff = this.#clock.after(this.#takeAnswerMs, () => resetStream(stream));
    stream.once('close', callOff);
  }
}

function deadlineExceeded(): ApiError {
  return new ApiError('DEADLINE_EXCEEDED', 'The deadline of the call has passed.');
}

export function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
