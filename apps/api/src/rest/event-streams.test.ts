import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { StreamEvent } from '@iotcore/control';
import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { EventStreams } from './event-streams.ts';

/** What is sent of these events. */
function sent(streams: EventStreams, events: AsyncIterable<StreamEvent>): Readable {
  let text: Readable | undefined;
  const reply = {
    headers: () => reply,
    send: (stream: Readable) => (text = stream),
  } as never as FastifyReply;
  streams.send(reply, events);
  return text as Readable;
}

test('events that come together are sent in one piece, whole and in their order', async () => {
  async function* events(): AsyncGenerator<StreamEvent> {
    for (let n = 0; n < 100; n++) yield { event: 'message', data: { n } };
  }
  const pieces: string[] = [];
  for await (const piece of sent(new EventStreams(), events())) pieces.push(String(piece));
  expect(pieces.join('')).toBe(
    `:\n\n${Array.from({ length: 100 }, (_, n) => `event: message\ndata: {"n":${n}}\n\n`).join('')}`,
  );
  expect(pieces.length).toBeLessThanOrEqual(3);
});

test('an event is sent although no other follows it', async () => {
  async function* events(): AsyncGenerator<StreamEvent> {
    yield { event: 'ping', data: {} };
    await new Promise(() => {});
  }
  const text = sent(new EventStreams(), events());
  let read = '';
  while (!read.includes('event: ping')) read += String((await once(text, 'data'))[0]);
  text.destroy();
});

test('a client that does not read holds up the source, and an end lets the source go', async () => {
  let yielded = 0;
  let isOver = false;
  async function* events(): AsyncGenerator<StreamEvent> {
    try {
      for (;;) {
        yielded++;
        yield { event: 'message', data: { payload: 'x'.repeat(4096) } };
      }
    } finally {
      isOver = true;
    }
  }
  const streams = new EventStreams();
  const text = sent(streams, events());
  await once(text, 'readable');
  await expect.poll(() => text.readableLength).toBeGreaterThanOrEqual(16 * 1024);
  const before = yielded;
  for (let tick = 0; tick < 100; tick++) await new Promise((resolve) => setImmediate(resolve));
  expect(yielded - before).toBeLessThan(100);
  streams.end();
  await expect.poll(() => isOver).toBe(true);
});
