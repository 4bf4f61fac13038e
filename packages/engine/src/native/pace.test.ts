/** Whether the thread sleeps while only clients that were silent before send messages. */
import { connectRaw } from '@iotcore/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connack, connect, puback, publish } from '../behaviour/testing/packets.ts';
import { startServer } from '../behaviour/testing/server.ts';
import type { Pace } from '../port.ts';
import { createNativeEngine } from './index.ts';

/** How often the thread slept while thirty clients sent their first message, one right after the other. */
async function sleepsWith(pace: Pace | undefined): Promise<number> {
  const { port } = await startServer(
    (host, limits) => createNativeEngine(host, limits, { pace }),
    onTestFinished,
  );
  const clients = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const client = await connectRaw({ port });
      client.send(connect({ clientId: `${n}` }));
      await client.expectBytes(connack(0));
      return client;
    }),
  );
  const wait = vi.spyOn(Atomics, 'wait');
  onTestFinished(() => wait.mockRestore());
  for (const client of clients) {
    client.send(publish('a', 'x', 1));
    await client.expectBytes(puback(1));
  }
  return wait.mock.calls.length;
}

test('an engine whose ticks are not kept apart never sleeps', async () => {
  expect(await sleepsWith({ tickMs: 0, fromPerSecond: 0 })).toBe(0);
});

test('an engine whose ticks are kept apart sleeps so that messages come together', async () => {
  expect(await sleepsWith({ tickMs: 20, fromPerSecond: 0 })).toBeGreaterThan(0);
});

test('by default a few messages hold up nobody', async () => {
  expect(await sleepsWith(undefined)).toBe(0);
});
