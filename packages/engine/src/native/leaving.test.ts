/** Clients that leave in one moment, as a network does that fails: the ends of their sessions keep nobody waiting. */
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Principal, TestHost } from '../behaviour/testing/host.ts';
import { connect } from '../behaviour/testing/packets.ts';
import { testLimits } from '../behaviour/testing/server.ts';
import { reasonOf } from '../reasons.ts';
import { createNativeEngine } from './index.ts';

const count = 200;
const numbers = Array.from({ length: count }, (_, n) => n);

/** A host that takes half a millisecond to note the end of a session. */
class SlowHost extends TestHost {
  override disconnected(...told: Parameters<TestHost['disconnected']>): void {
    const end = performance.now() + 0.5;
    while (performance.now() < end);
    super.disconnected(...told);
  }
}

async function serveClients() {
  const host = new SlowHost();
  const engine = createNativeEngine<Principal>(host, testLimits);
  onTestFinished(() => engine.close(reasonOf('the test is over')));
  const transport = { secure: false, remoteAddress: '', remotePort: 0, peerCertificate: () => undefined };
  const join = async (n: number): Promise<Duplex> => {
    const [client, served] = duplexPair();
    engine.accept(served, transport);
    client.write(connect({ clientId: `client ${n}`, will: { topic: `wills/${n}`, payload: '' } }));
    await once(client, 'data');
    return client;
  };
  const clients = await Promise.all(numbers.map(join));
  host.routesAsked.length = 0; // with each CONNECT the host was asked for the will
  return { host, join, clients };
}

test('others are served meanwhile, and the wills are published in the order in which their clients left', async () => {
  const { host, clients } = await serveClients();
  for (const client of clients) client.end();
  while (host.told('disconnected').length === 0) await nextTick();
  expect(host.told('disconnected').length).toBeLessThan(count / 2);

  await host.nth('disconnected', count);

  expect(host.told('disconnected').map(({ clientId }) => clientId)).toEqual(
    numbers.map((n) => `client ${n}`),
  );
  expect(host.routesAsked).toEqual(numbers.map((n) => `wills/${n}`));
});

test('a client that is back before its turn has ended, as lost and with its will, when it is accepted', async () => {
  const { host, join, clients } = await serveClients();
  for (const client of clients) client.end();
  while (host.told('disconnected').length === 0) await nextTick();
  const last = count - 1;
  await join(last);

  expect(host.told('disconnected').length).toBeLessThan(count);
  const ofIt = () =>
    host.events.filter((event) => 'clientId' in event && event.clientId === `client ${last}`);
  const life = [
    { kind: 'connected' },
    { kind: 'disconnected', reason: 'connection lost' },
    { kind: 'connected' },
  ];
  expect(ofIt()).toMatchObject(life);
  // Once for its second CONNECT, and once to publish the will of its first session.
  expect(host.routesAsked.filter((topic) => topic === `wills/${last}`)).toHaveLength(2);

  await host.nth('disconnected', count);
  expect(ofIt()).toHaveLength(life.length);
});
