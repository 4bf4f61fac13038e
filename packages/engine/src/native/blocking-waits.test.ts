/** Whether the thread may sleep while only clients that were silent before send messages. */
import { connectRaw } from '@iotcore/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connack, connect, puback, publish } from '../behaviour/testing/packets.ts';
import { startServer } from '../behaviour/testing/server.ts';
import { createNativeEngine } from './index.ts';

/** How often the thread slept while thirty clients sent their first message, one right after the other. */
async function sleepsWhile(blockingWaits: boolean | undefined): Promise<number> {
  const { port } = await startServer(
    (host, limits) => createNativeEngine(host, limits, blockingWaits === undefined ? {} : { blockingWaits }),
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

test('an engine that may not block its thread never sleeps', async () => {
  expect(await sleepsWhile(false)).toBe(0);
});

test('an engine that may, and by default one does, sleeps so that messages come together', async () => {
  expect(await sleepsWhile(true)).toBeGreaterThan(0);
  expect(await sleepsWhile(undefined)).toBeGreaterThan(0);
});
