/** Answers with a stream of events, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { Readable } from 'node:stream';
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
  readonly #open = new Set<Readable>();

  send(reply: FastifyReply, events: AsyncIterable<StreamEvent>): FastifyReply {
    const text = Readable.from(written(events), { objectMode: false, highWaterMark });
    this.#open.add(text);
    text.once('close', () => this.#open.delete(text));
    return reply.headers(headers).send(text);
  }

  /** Ends all of them: clients open them anew. */
  end(): void {
    for (const text of this.#open) text.destroy();
  }
}

async function* written(events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  // At once, so that the client knows that it is open.
  yield ':\n\n';
  for await (const { event, data } of events) yield `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
