/** Logins of clients that guess, pretend to be another, or try again and again: the real one is served, and nobody learns anything. */
import {
  connectPacket,
  connectRaw,
  eventually,
  expectSilence,
  packet,
  type RawClient,
  sharedInstallation,
  startInstallation,
  text,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createBroker,
  createDevice,
  createRegistry,
  reach,
  TestClient,
  type TransportName,
  transports,
  transportsOfFull,
} from '../mqtt/support/test-client.ts';

/** Failed logins are never forgiven, so that they are counted however long the tests take. */
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { IOT_INTERNAL_MQTT_LOGIN_REFILL: 'off' },
});
let registry: TestClient;
let device: TestClient;

beforeAll(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
});

const eventsOf = (client: TestClient) => `$devices/${client.id}/events`;
const wrongPassword = (n = 0) => `Wrong-Password-${1000 + n}`;

/** The code of CONNACK to a CONNECT. */
async function answerTo(connect: string, transport: TransportName, localAddress = '127.0.0.1') {
  const client = await connectRaw({ ...reach(installation(), transport), localAddress });
  client.send(connect);
  const answer = await client.read(4);
  if (answer[3] !== 0) await client.expectClose();
  client.close();
  return { code: answer[3] };
}

const guesses = () =>
  [
    [device.id, wrongPassword()],
    [device.id, ''],
    [device.id, 'x'.repeat(60_000)],
    ['arexxxxxxxxxxxxxxxxx', wrongPassword()],
    ['arexxxxxxxxxxxxxxxxx', ''],
    ['__proto__', wrongPassword()],
    ['', wrongPassword()],
  ] as const;

test('no unknown user name and no wrong password is answered before its beat, over TLS and TCP', async () => {
  // The beat takes an hour.
  const node = await startInstallation({
    programs: ['mqtt'],
    database: installation().databaseUrl ?? '',
    env: { IOT_INTERNAL_MQTT_WRONG_PASSWORD_BEAT_MS: '3600000' },
  });
  const { id, owner, password } = await createDevice(installation(), registry);
  const other = new TestClient(node, id, owner, password);
  const waiting: RawClient[] = [];
  for (const transport of transports) {
    for (const [username, password] of guesses()) {
      const client = await connectRaw(reach(node, transport));
      client.send(connectPacket(username, password, 'guess'));
      waiting.push(client);
    }
  }
  // A client that comes after all of them is accepted: the hashes of the others were made before that of this one.
  for (const transport of transports) await other.connect({}, transport);
  for (const client of waiting) {
    expect(client.socket.closed).toBe(false);
    expect(client.received).toBe(0);
  }
});

describe.each(transportsOfFull)('over %s', (transport) => {
  test('an unknown user name and a wrong password get the same answer', async () => {
    await Promise.all(
      guesses().map(async ([username, password]) => {
        const { code } = await answerTo(connectPacket(username, password, 'guess'), transport);
        expect(code, username).toBe(4);
      }),
    );
  });

  test('a failed login with the client ID of a live session leaves it alone, whoever fails', async () => {
    const sibling = await createDevice(installation(), registry);
    const victim = await device.connect({ clientId: 'victim' }, transport);
    for (const username of [device.id, sibling.id, 'nobody']) {
      const connect = connectPacket(username, wrongPassword(), 'victim');
      expect(await answerTo(connect, transport)).toMatchObject({ code: 4 });
    }
    await victim.publish(eventsOf(device), 'still here');
  });

  test('the client ID of another, of the same registry or of another tenant, is a session of its own', async () => {
    const elsewhere = await createDevice(installation(), await createRegistry(installation()));
    const sibling = await createDevice(installation(), registry);
    const clients = [device, sibling, elsewhere, registry, await createBroker(installation())];
    const sessions = [];
    for (const client of clients) sessions.push(await client.connect({ clientId: 'everywhere' }, transport));
    for (const session of sessions) await session.subscribe('nothing');
    expect(sessions.filter(({ connected }) => connected)).toHaveLength(clients.length);
  });

  test('of many that want one client ID of one device at once one session is left, and each will fires once', async () => {
    const flapping = await createDevice(installation(), registry);
    const listener = await registry.connect({}, transport);
    await listener.subscribe(eventsOf(flapping));
    const rivals = Array.from({ length: 20 }, (_, n) => `will of ${n}`);
    const clients = await Promise.all(rivals.map(() => connectRaw(reach(installation(), transport))));
    for (const [n, client] of clients.entries())
      client.send(connectWithWill(flapping, 'flapping', eventsOf(flapping), rivals[n] ?? ''));
    await eventually('one to be left', () => clients.filter(isClosed).length === clients.length - 1);
    clients.find((client) => !isClosed(client))?.send('e000');
    const answers = await Promise.all(clients.map((client) => client.read(4)));
    const loggedIn = answers.filter((answer) => answer.toString('hex') === '20020000').length;
    const fired = (await listener.messages.take(loggedIn - 1)).map(({ payload }) => String(payload));
    expect(new Set(fired).size).toBe(loggedIn - 1);
    expect(rivals).toEqual(expect.arrayContaining(fired));
    const sender = await flapping.connect({}, transport);
    await expectSilence(listener, (payload) => sender.publish(eventsOf(flapping), payload));
  });

  test('a will is checked at CONNECT, and again when it would fire', async () => {
    const aliased = await createDevice(installation(), registry, {
      topicAliases: { 'mine/': '$devices/{id}/' },
    });
    for (const topic of [eventsOf(device), `$devices/${aliased.id}/commands`, 'mine/commands', '$SYS/x']) {
      const connect = connectWithWill(aliased, 'forbidden', topic, 'x');
      expect(await answerTo(connect, transport), topic).toMatchObject({ code: 5 });
    }
    const listener = await registry.connect({}, transport);
    await listener.subscribe(eventsOf(aliased));
    const sender = await aliased.connect({}, transport);
    const leave = async (clientId: string) => {
      const client = await connectRaw(reach(installation(), transport));
      client.send(connectWithWill(aliased, clientId, 'mine/events', clientId));
      await client.expectBytes('20020000');
      return client;
    };
    const [early, late] = [await leave('early'), await leave('late')];
    early.close();
    expect(String((await listener.messages.next()).payload)).toBe('early');
    await installation().api.must('PATCH', `/iot-devices/v1/devices/${aliased.id}`, {
      updateMask: 'topicAliases',
      topicAliases: {},
    });
    await eventually('the alias to be gone', async () => {
      const probe = await aliased.connect({}, transport);
      return probe.publish('mine/state', 'x').then(
        () => false,
        () => true,
      );
    });
    late.close();
    await eventually(
      'the end of it',
      async () => (await aliased.log()).filter((line) => line.startsWith('disconnected: connection lost'))[1],
    );
    await expectSilence(listener, (payload) => sender.publish(eventsOf(aliased), payload));
  });
});

test('a client that guesses at a name, from one address or from many, over both, is held up; the device is accepted where it is known', async () => {
  const target = await createDevice(installation(), registry);
  const neighbour = await createDevice(installation(), registry);
  const session = await target.connect();
  let guessed = 0;
  /** Thirty guesses at once: how many of them were checked, and not told to come again. */
  const guess = async (address: string) => {
    const codes = await Promise.all(
      Array.from({ length: 30 }, async () => {
        guessed += 1;
        const connect = connectPacket(target.id, wrongPassword(guessed), 'guess');
        return (await answerTo(connect, transports[guessed % 2] as TransportName, address)).code;
      }),
    );
    expect(codes.filter((code) => code !== 3 && code !== 4)).toEqual([]);
    return codes.filter((code) => code === 4).length;
  };
  // From one address: thirty, and then one in ten seconds.
  expect([await guess('127.0.0.2'), await guess('127.0.0.2')]).toEqual([30, 0]);
  // From many: a hundred, and then one in a second.
  const checked: number[] = [];
  for (const last of [3, 4, 5, 6]) checked.push(await guess(`127.0.0.${last}`));
  expect(checked).toEqual([30, 30, 10, 0]);

  // A password that no memory of the server knows yet: it is let in for the sake of the address.
  const password = 'Second-Password-1234';
  await installation().api.addPassword(target.owner, password);
  expect(await guess('127.0.0.10')).toBe(0);
  expect(await target.connect({ password }, 'TCP')).toMatchObject({ connected: true });
  expect(await target.connect({ password }, 'TLS')).toMatchObject({ connected: true });
  const beside = connectPacket(neighbour.id, neighbour.password, 'beside');
  expect(await answerTo(beside, 'TLS', '127.0.0.2')).toMatchObject({ code: 0 });
  await session.publish(eventsOf(target), 'never disturbed');
});

function connectWithWill(client: TestClient, clientId: string, topic: string, payload: string): string {
  return packet(
    '10',
    `${text('MQTT')}04c6003c${text(clientId)}${text(topic)}${text(payload)}${text(client.id)}${text(client.password)}`,
  );
}

const isClosed = ({ socket }: RawClient) => socket.closed;
