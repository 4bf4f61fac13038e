/** Each limit of the wire one below, at and one beyond its value, over plain TCP and inside TLS. */
import {
  connectPacket,
  connectRaw,
  packet,
  publishPacket,
  type RawClient,
  sharedInstallation,
  subscribePacket,
  text,
} from '@iotcore/testkit';
import { beforeAll, describe, test } from 'vitest';
import {
  createBroker,
  createDevice,
  createRegistry,
  reach,
  type TestClient,
  transportsOfFull,
} from '../mqtt/support/test-client.ts';

const installation = sharedInstallation();
let broker: TestClient;
let device: TestClient;

beforeAll(async () => {
  broker = await createBroker(installation());
  device = await createDevice(installation(), await createRegistry(installation()));
});

/** aedes has a ceiling of its own (docs/decisions/0011-engine-differences.md). */
const topicLevels = process.env['TEST_MQTT_ENGINE'] === 'aedes' ? 100 : 200;

const levels = (count: number) => Array(count).fill('a').join('/');
const login = ({ id, password }: TestClient, clientId = 'limits') => connectPacket(id, password, clientId);

/** A CONNECT of so many bytes that nobody lets in: its password is too long to be one. */
function largeConnect(bytes: number): string {
  const empty = connectPacket('nobody', '', 'large').length / 2;
  // The remaining length takes three bytes instead of one.
  return connectPacket('nobody', 'x'.repeat(bytes - empty - 2), 'large');
}

interface Limit {
  readonly what: string;
  readonly value: number;
  /** All that is sent for a size of `n`. */
  send(n: number): string;
  /** What comes back up to the limit, and beyond it: hex, and `close`. */
  readonly within: string;
  readonly beyond: string;
}

const limits: readonly Limit[] = [
  {
    what: 'bytes of payload',
    value: 262_144,
    send: (n) => login(broker) + publishPacket('p', 'x'.repeat(n), 1),
    within: '2002000040020001',
    beyond: '20020000 close',
  },
  {
    what: 'levels of a topic',
    value: topicLevels,
    send: (n) => login(broker) + publishPacket(levels(n), 'x', 1),
    within: '2002000040020001',
    beyond: '20020000 close',
  },
  {
    what: 'levels of a filter',
    value: topicLevels,
    send: (n) => login(broker) + subscribePacket(levels(n)),
    within: '200200009003000101',
    beyond: '20020000 close',
  },
  {
    what: 'levels of the topic of a will',
    value: topicLevels,
    send: (n) =>
      packet(
        '10',
        `${text('MQTT')}04c6003c${text('will')}${text(levels(n))}${text('x')}${text(broker.id)}${text(broker.password)}`,
      ),
    within: '20020000',
    beyond: 'close',
  },
  {
    what: 'characters after the kind of a device’s topic',
    value: 1024,
    send: (n) => login(device) + publishPacket(`$devices/${device.id}/events/${'ж'.repeat(n)}`, 'x', 1),
    within: '2002000040020001',
    beyond: '20020000 close',
  },
  {
    what: 'bytes of a client ID',
    value: 1024,
    send: (n) => login(broker, 'x'.repeat(n)),
    within: '20020000',
    beyond: '20020002 close',
  },
  {
    what: 'bytes of a CONNECT',
    value: 65_536,
    send: (n) => largeConnect(n),
    within: '20020004 close',
    beyond: 'close',
  },
];

async function expectAnswer(client: RawClient, expected: string): Promise<void> {
  await client.expectBytes(expected.replace('close', ''));
  if (expected.endsWith('close')) return client.expectClose();
  client.send('c000');
  await client.expectBytes('d000');
}

describe.each(transportsOfFull)('over %s', (transport) => {
  test.each(limits)('$value $what and one less are served, one more is not', async (limit) => {
    const { value, within, beyond } = limit;
    for (const [n, expected] of [
      [value - 1, within],
      [value, within],
      [value + 1, beyond],
    ] as const) {
      const client = await connectRaw(reach(installation(), transport));
      client.send(limit.send(n));
      await expectAnswer(client, expected);
      await installation().bystanders.isServed();
    }
  });

  test('10,000 filters are granted, one more gets 0x80, and one that is there may be renewed', async () => {
    const client = await connectRaw(reach(installation(), transport));
    client.send(login(broker));
    await client.expectBytes('20020000');
    const filters = Array.from({ length: 9_999 }, (_, index) => `f/${index}`);
    client.send(subscribePacket(...filters));
    await client.expectBytes(packet('90', `0001${'01'.repeat(9_999)}`));
    client.send(subscribePacket('f/last', 'f/beyond', 'f/0', '#'));
    await client.expectBytes(packet('90', '000101800180'));
    await installation().bystanders.isServed();
  });
});
