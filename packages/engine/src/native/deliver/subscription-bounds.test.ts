/** What the subscriptions of one session, one tenant and one namespace may hold. */
import { connectRaw } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { TestHost } from '../../behaviour/testing/host.ts';
import {
  connack,
  connect,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from '../../behaviour/testing/packets.ts';
import { startServer } from '../../behaviour/testing/server.ts';
import type { EngineLimits, TenantBudget } from '../../port.ts';
import { createNativeEngine } from '../index.ts';

/** A client that is connected, at an engine with these limits. */
async function serve(limits: Partial<EngineLimits>, prepare: (host: TestHost) => void = () => {}) {
  const { port, host, engine } = await startServer(createNativeEngine, onTestFinished, limits);
  prepare(host);
  const join = async (clientId: string) => {
    const client = await connectRaw({ port });
    client.send(connect({ clientId }));
    await client.expectBytes(connack(0));
    return client;
  };
  return { host, engine, join };
}

const deep = (name: string) => `${name}/${Array(48).fill('a').join('/')}/#`;

test('a session beyond its bytes is refused further filters, until it gives some back', async () => {
  // Two of fifty levels, with 256 bytes each.
  const { engine, host, join } = await serve({ maxSubscriptionBytesPerSession: 30_000 });
  const client = await join('a');
  client.send(subscribe(1, [deep('x'), 1], [deep('y'), 1], [deep('z'), 1], [deep('x'), 0], ['short', 1]));
  await client.expectBytes(suback(1, 1, 1, 0x80, 0, 1));
  expect(engine.stats().subscriptions).toBe(3);
  expect(host.told('subscriptionsRefused')).toMatchObject([{ filters: [deep('z')] }]);

  client.send(unsubscribe(2, deep('x')));
  await client.expectBytes(unsuback(2));
  client.send(subscribe(3, [deep('z'), 1]));
  await client.expectBytes(suback(3, 1));
});

test('a tenant beyond its bytes is refused further filters, and gets back what its sessions had', async () => {
  let held = 0;
  const tenant: TenantBudget = {
    takeWaitingBytes: () => true,
    giveWaitingBytes: () => {},
    takeSubscriptionBytes: (bytes) => {
      if (held + bytes > 20_000) return false;
      held += bytes;
      return true;
    },
    giveSubscriptionBytes: (bytes) => {
      held -= bytes;
    },
    takeRetainedReader: async () => () => {},
  };
  const { host, engine, join } = await serve({}, (h) => {
    h.onConnect = async () => ({ accepted: true, principal: 'me', scope: 'me', tenant });
  });
  const [first, second] = [await join('a'), await join('b')];
  first.send(subscribe(1, [deep('x'), 1]));
  await first.expectBytes(suback(1, 1));
  second.send(subscribe(1, [deep('y'), 1], ['short', 1]));
  await second.expectBytes(suback(1, 0x80, 1));
  first.close();
  await host.nth('disconnected');
  second.send(subscribe(2, [deep('y'), 1]));
  await second.expectBytes(suback(2, 1));
  second.close();
  await host.nth('disconnected', 2);
  while (engine.stats().subscriptions > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(held).toBe(0);
});

test('a namespace with as many manifold filters as it may have is refused further ones, whoever asks', async () => {
  const { join } = await serve({ maxTopicLevels: 200 });
  const manifold = (n: number) => `${Array(196).fill('+').join('/')}/x/y/z/${n}`;
  const [first, second] = [await join('a'), await join('b')];
  first.send(subscribe(1, ...Array.from({ length: 200 }, (_, n) => [manifold(n), 0] as const)));
  await first.expectBytes(suback(1, ...Array(163).fill(0), ...Array(37).fill(0x80)));
  second.send(subscribe(1, [manifold(200), 0], [manifold(7), 0], ['+/+/+/x', 0]));
  await second.expectBytes(suback(1, 0x80, 0, 0));
});
