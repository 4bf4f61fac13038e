/** Clients that say nothing, or only a byte now and then: who has not logged in is given up, who has may be silent. */
import { connect as openSocket } from 'node:net';
import { connectPacket, connectRaw, RawClient, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createBroker, type Party, reach, transports } from '../mqtt/support/party.ts';

const installation = sharedInstallation();
let broker: Party;

beforeAll(async () => {
  broker = await createBroker(installation());
});

const several = <T>(count: number, open: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, open));

/** To the TLS port, and nothing said. */
async function openUnspoken(): Promise<RawClient> {
  const socket = openSocket(installation().mqttsPort, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return new RawClient(socket);
}

test('a handshake or CONNECT that does not come, or comes a byte now and then, is given up, over TCP and TLS; others connect meanwhile', async () => {
  const overBoth = (count: number) =>
    Promise.all(transports.map((name) => several(count, () => connectRaw(reach(installation(), name)))));
  const silent = [...(await overBoth(100)).flat(), ...(await several(100, openUnspoken))];
  const slow: readonly (readonly [RawClient, Buffer])[] = [
    ...(await overBoth(1))
      .flat()
      .map(
        (client) => [client, Buffer.from(connectPacket(broker.id, broker.password, 'slow'), 'hex')] as const,
      ),
    // A record of TLS of 512 bytes begins.
    [await openUnspoken(), Buffer.concat([Buffer.from('160301020001000200', 'hex'), Buffer.alloc(500)])],
  ];
  let at = 0;
  const dribble = setInterval(() => {
    for (const [client, bytes] of slow) client.send(bytes.subarray(at, at + 1));
    at += 1;
  }, 500);
  onTestFinished(() => clearInterval(dribble));
  for (const name of transports) await (await broker.connect({}, name)).publish('meanwhile', 'x');
  for (const client of silent) await client.expectClose();
  for (const [client, bytes] of slow) {
    await client.expectClose();
    expect(at).toBeLessThan(bytes.length);
  }
});

describe.each(transports)('who is silent over %s', (transport) => {
  test('is given up after one and a half times the keep alive, or never: with none, and with the longest', async () => {
    const logIn = async (clientId: string, keepAliveSeconds: number) => {
      const client = await connectRaw(reach(installation(), transport));
      client.send(connectPacket(broker.id, broker.password, clientId, keepAliveSeconds));
      await client.expectBytes('20020000');
      return client;
    };
    const patient = await Promise.all(
      Array.from({ length: 100 }, (_, n) => logIn(`patient ${n}`, (n % 2) * 65_535)),
    );
    await (await logIn('short', 1)).expectClose();
    for (const client of patient) {
      client.send('c000');
      await client.expectBytes('d000');
    }
    await broker.logLine(/^disconnected: keep alive timeout$/);
  });
});
