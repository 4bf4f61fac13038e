/** Messages that wait to be within the rate of their sender, and what is left of them when its session is ended. */
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Principal, TestHost } from '../../behaviour/testing/host.ts';
import { connect, publish } from '../../behaviour/testing/packets.ts';
import { testLimits } from '../../behaviour/testing/server.ts';
import { reasonOf } from '../../reasons.ts';
import { createNativeEngine } from '../index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a message that waits for its rate is never published once its session has been disconnected, and leaves no timer', async () => {
  const host = new TestHost();
  const engine = createNativeEngine<Principal>(host, testLimits);
  const asked = Promise.withResolvers<void>();
  host.excessMs = () => {
    asked.resolve();
    return 1000;
  };
  const [client, served] = duplexPair();
  const transport = { secure: false, remoteAddress: '', remotePort: 0, peerCertificate: () => undefined };
  engine.accept(served, transport);
  client.write(connect({ clientId: 'revoked' }));
  await once(client, 'data');
  const before = vi.getTimerCount();
  client.write(publish('a', 'waits', 1));
  await asked.promise;
  expect(vi.getTimerCount()).toBe(before + 1);

  engine.disconnect(({ clientId }) => clientId === 'revoked', reasonOf('revoked'));

  expect((await host.nth('disconnected')).reason).toBe('revoked');
  expect(vi.getTimerCount()).toBe(before);
  await vi.advanceTimersByTimeAsync(2000);
  expect(host.publications).toBe(0);
  await engine.close(reasonOf('the test is over'));
});
