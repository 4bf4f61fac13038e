/** Answers with a stream of events, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import type { StreamEvent } from '@iotcore/control';
import type { FastifyReply } from 'fastify';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Nginx would gather what must arrive now.
  'x-accel-buffering': 'no',
} as const;

/** Text on its way to a client; beyond, the source waits. */
const highWaterMark = 16 * 1024;

export class EventStreams {
  readonly #open = new Set<EventText>();

  send(reply: FastifyReply, events: AsyncIterable<StreamEvent>): FastifyReply {
    const text = new EventText();
    pipeline(Readable.from(events), text, () => {});
    this.#open.add(text);
    text.once('close', () => this.#open.delete(text));
    return reply.headers(headers).send(text);
  }

  /** Ends all of them: clients open them anew. */
  end(): void {
    for (const text of this.#open) text.destroy();
  }
}

/** Events that come in one tick of the event loop are written together: they come in bursts, and a write costs more than an event. */
class EventText extends Transform {
  /** At first a comment, so that the client knows at once that it is open. */
  #text = ':\n\n';
  #flushing: NodeJS.Immediate | undefined;

  constructor() {
    super({ writableObjectMode: true, readableHighWaterMark: highWaterMark });
    this.#write();
  }

  override _transform({ event, data }: StreamEvent, _encoding: string, done: TransformCallback): void {
    this.#text += `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    if (this.#text.length >= highWaterMark) this.#write();
    else this.#flushing ??= setImmediate(() => this.#write());
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#write();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearImmediate(this.#flushing);
    done(error);
  }

  #write(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#text !== '') this.push(this.#text);
    this.#text = '';
  }
}
