import { expect, onTestFinished, test, vi } from 'vitest';
import { type GuardedStream, guardStream } from './guarded-stream.ts';
import type { StreamEvent } from './stream-event.ts';

async function* noEvents(): AsyncGenerator<StreamEvent> {}

/** A stream whose caller may have it, and how often it was over. */
function setUp(stream: Partial<GuardedStream>) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const over = vi.fn();
  const opening = guardStream({
    over,
    open: async () => noEvents(),
    whyEnded: async () => undefined,
    ...stream,
  });
  return { over, opening };
}

test('a stream whose caller has gone before it opens is over, once, and is checked no more', async () => {
  const { over, opening } = setUp({ gone: AbortSignal.abort() });
  for await (const event of await opening) expect.unreachable(event.event);
  expect(over).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('a stream whose caller goes later is over then, and not before', async () => {
  const gone = new AbortController();
  const { over, opening } = setUp({ gone: gone.signal });
  await opening;
  expect(over).not.toHaveBeenCalled();
  gone.abort();
  expect(over).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('a stream that cannot be opened is over', async () => {
  const { over, opening } = setUp({ open: () => Promise.reject(new Error('no server')) });
  await expect(opening).rejects.toThrow('no server');
  expect(over).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});
