/** Clients that say nothing, or only a byte now and then: one that has not logged in is given up, one that has may be silent. */
import { connect as openSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  connectPacket,
  connectRaw,
  RawClient,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createBroker,
  reach,
  type TestClient,
  transports,
  transportsOfFull,
} from '../mqtt/support/test-client.ts';

/** So much time to say who one is that all of it passes within no test. */
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { IOT_INTERNAL_MQTT_CONNECT_TIMEOUT_MS: '3600000' },
});
let broker: TestClient;

beforeAll(async () => {
  broker = await createBroker(installation());
});

const several = <T>(count: number, open: () => T): T[] => Array.from({ length: count }, open);

/** A connection that says nothing, not even a handshake of TLS. */
function openUnspoken(port: number): RawClient {
  const socket = openSocket(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return new RawClient(socket);
}

/** A handshake of TLS, and then nothing; the server may give it up before it is through. */
function openTls({ port, caPem }: { port: number; caPem: string }): RawClient {
  const socket = connectTls({ host: '127.0.0.1', port, ca: caPem });
  onTestFinished(() => void socket.destroy());
  return new RawClient(socket);
}

test('many that say nothing keep nobody else from connecting, over TCP and TLS', async () => {
  const { overTls, mqttPort, mqttsPort } = installation();
  const silent = [
    ...several(100, () => openUnspoken(mqttPort)),
    ...several(100, () => openUnspoken(mqttsPort)),
    ...several(100, () => openTls(overTls)),
  ];
  for (const name of transports) await (await broker.connect({}, name)).publish('meanwhile', 'x');
  expect(silent.filter(({ socket }) => socket.closed)).toEqual([]);
});

test('a handshake or CONNECT that does not come, or comes a byte now and then, is given up, over TCP and TLS', async () => {
  const { overTls, mqttPort, mqttsPort } = await startInstallation({
    programs: ['mqtt'],
    database: installation().databaseUrl ?? '',
    env: { IOT_INTERNAL_MQTT_CONNECT_TIMEOUT_MS: '1000' },
  });
  const silent = [
    ...several(10, () => openUnspoken(mqttPort)),
    ...several(10, () => openUnspoken(mqttsPort)),
    ...several(10, () => openTls(overTls)),
  ];
  const connect = Buffer.from(connectPacket(broker.id, broker.password, 'slow'), 'hex');
  // A record of TLS of 512 bytes begins.
  const hello = Buffer.concat([Buffer.from('160301020001000200', 'hex'), Buffer.alloc(500)]);
  const slow: readonly (readonly [RawClient, Buffer])[] = [
    [openUnspoken(mqttPort), connect],
    [openTls(overTls), connect],
    [openUnspoken(mqttsPort), hello],
  ];
  let at = 0;
  const dribble = setInterval(() => {
    // The last byte never comes.
    for (const [client, bytes] of slow) client.send(bytes.subarray(at, Math.min(at + 1, bytes.length - 1)));
    at += 1;
  }, 50);
  onTestFinished(() => clearInterval(dribble));
  for (const client of [...silent, ...slow.map(([client]) => client)]) await client.expectClose();
});

describe.each(transportsOfFull)('a client that is silent over %s', (transport) => {
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
