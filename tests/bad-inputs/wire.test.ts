/**
 * The conformance cases of the codec, sent to the real server over plain TCP and inside TLS by a client that has logged
 * in; those that bring a CONNECT of their own are refused for want of a password where the codec accepts them.
 */
import { type ConformanceCase, readCases } from '@iotcore/engine/conformance-cases';
import {
  connectPacket,
  connectRaw,
  publishPacket,
  sharedInstallation,
  someOf,
  subscribePacket,
} from '@iotcore/testkit';
import { beforeAll, expect, test } from 'vitest';
import {
  createBroker,
  reach,
  type TestClient,
  type TransportName,
  transports,
} from '../mqtt/support/test-client.ts';

const installation = sharedInstallation();
const cases = readCases();
const files = [...new Set(cases.map(({ file }) => file))];
const pingreq = 'c000';
const pingresp = 'd000';
let broker: TestClient;

beforeAll(async () => {
  broker = await createBroker(installation());
});

const login = () => Buffer.from(connectPacket(broker.id, broker.password, 'hostile'), 'hex');

interface Outcome {
  readonly reply: string;
  readonly closes: boolean;
}

function expectedOutcome({ file, title, reply, closes, packets, isFresh }: ConformanceCase): Outcome {
  const bytes = reply.toString('hex');
  // The host of the codec's tests forbids a filter that a broker has.
  if (title.startsWith('a filter that is not allowed')) return { reply: '20020000' + '9004000a0001', closes };
  if (!isFresh) return { reply: `20020000${bytes}`, closes };
  if (!bytes.startsWith('20020000')) return { reply: bytes, closes };
  const [connect] = (packets ?? []) as { username?: string }[];
  expect(file).toBeOneOf(['connect', 'order']);
  return { reply: `2002000${connect?.username ? 4 : 5}`, closes: true };
}

/** Sends a case in the given pieces, and compares all that comes of it. */
async function replay(one: ConformanceCase, transport: TransportName, pieces: 'whole' | 'bytes') {
  const client = await connectRaw(reach(installation(), transport));
  const all = one.isFresh ? one.bytes : Buffer.concat([login(), one.bytes]);
  const sent = pieces === 'whole' ? [all] : Array.from(all, (byte) => Buffer.from([byte]));
  client.socket.setNoDelay(true);
  for (const piece of sent) {
    client.send(piece);
    // Lets the piece go before the next one comes, as a segment and a TLS record of its own.
    if (pieces === 'bytes') await new Promise((resolve) => setImmediate(resolve));
  }
  const { reply, closes } = expectedOutcome(one);
  const got = await client.read(reply.length / 2);
  expect(got.toString('hex'), `${one.file}: ${one.title}`).toBe(reply);
  if (!closes) {
    client.send(pingreq);
    await client.expectBytes(pingresp);
  }
  if (closes) await client.expectClose();
  client.close();
}

test.each(files.flatMap((file) => transports.map((transport) => [file, transport] as const)))(
  'each case of %s over %s ends as it says, and somebody else is served after it',
  async (file, transport) => {
    for (const one of cases.filter((candidate) => candidate.file === file)) {
      await replay(one, transport, 'whole');
      await installation().bystanders.isServed();
    }
  },
);

test.each(transports)('each case over %s ends the same when its bytes come one by one', async (transport) => {
  const short = cases.filter(({ bytes }) => bytes.length < 100);
  for (const one of someOf(short, 10)) await replay(one, transport, 'bytes');
  await installation().bystanders.isServed();
});

test.each(transports)('a conversation over %s goes the same wherever it is cut in two', async (transport) => {
  const said = Buffer.from(
    [
      ...[connectPacket(broker.id, broker.password, 'cut'), subscribePacket('cut/+')],
      ...[publishPacket('cut/a', 'x', 7), pingreq, '40020001', 'a2090002' + '00056375742f2b', pingreq],
    ].join(''),
    'hex',
  );
  const heard = ['20020000', '9003000101', delivered, '40020007', pingresp, 'b0020002', pingresp].join('');
  const cuts = Array.from({ length: said.length - 1 }, (_, index) => index + 1);
  for (const at of someOf(cuts, 10)) {
    const client = await connectRaw(reach(installation(), transport));
    client.socket.setNoDelay(true);
    client.send(said.subarray(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    client.send(said.subarray(at));
    const got = (await client.read(heard.length / 2)).toString('hex');
    expect(sorted(got), `cut at ${at}`).toEqual(sorted(heard));
    client.close();
  }
});

/** The message as the subscriber gets it, under the first identifier. */
const delivered = '320a00056375742f61000178';

/** PUBACK may come before or after the message itself, and the server chooses the identifier of the latter. */
function sorted(answer: string): string[] {
  const packets = /20020000|9003000101|320a00056375742f61....78|40020007|b0020002|d000|../g;
  return (answer.match(packets) ?? []).map((one) => (one.startsWith('320a') ? delivered : one)).sort();
}

test.each(transports)(
  'fifty packets in one piece over %s are served like fifty pieces',
  async (transport) => {
    const client = await connectRaw(reach(installation(), transport));
    const publishes = Array.from({ length: 50 }, (_, index) => publishPacket('many', 'x', index + 1));
    client.send(connectPacket(broker.id, broker.password, 'many') + publishes.join('') + pingreq);
    const acknowledged = publishes.map((_, index) => `4002${(index + 1).toString(16).padStart(4, '0')}`);
    await client.expectBytes(`20020000${acknowledged.join('')}${pingresp}`);
  },
);
