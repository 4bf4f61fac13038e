/**
 * Random programs of a few clients, byte by byte, on our engine and on Debian's Mosquitto. What each client gets must be
 * the same on both, step for step. Programs keep to what both of them serve: no QoS 2, no retain, no stored sessions.
 */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fuzzRuns } from '../../codec/cases/mutations.ts';
import { engineUnderTest } from '../testing/engine-under-test.ts';
import { connect, disconnect, puback, publish, subscribe, unsubscribe } from '../testing/packets.ts';
import { startServer } from '../testing/server.ts';
import { startMosquitto } from './mosquitto.ts';
import { Scribe } from './transcript.ts';

const clientCount = 3;
const packetId = fc.integer({ min: 1, max: 65_534 });
const level = fc.constantFrom('a', 'b', '', '__proto__', 'я');
const topic = fc
  .array(level, { minLength: 1, maxLength: 3 })
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 2 }), fc.constantFrom('a', '+', '#'))
  .map(([levels, last]) => [...levels, last].join('/'));

/** Malformed packets for which both brokers close the connection (see cases.test.ts for those that Mosquitto lets pass). */
const malformed = [
  '30020000',
  '82050001000000',
  '8206000100016103',
  '8206000000016101',
  '36050001610001',
  '30050003612f2b',
  'f000',
].map((hex) => Buffer.from(hex, 'hex'));

const packet: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(packetId, fc.array(fc.tuple(filter, fc.constantFrom(0, 1)), { minLength: 1, maxLength: 3 }))
      .map(([id, requests]) => subscribe(id, ...requests)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(packetId, fc.array(filter, { minLength: 1, maxLength: 3 }))
      .map(([id, names]) => unsubscribe(id, ...names)),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(topic, fc.string({ maxLength: 5 }), fc.oneof(fc.constant(0), packetId))
      .map(([name, text, id]) => publish(name, text, id)),
  },
  { weight: 1, arbitrary: packetId.map(puback) },
  { weight: 1, arbitrary: fc.constantFrom(disconnect, ...malformed) },
);

interface Step {
  readonly who: number;
  /** Several packets in one write, or none: the connection is cut. */
  readonly packets: readonly Buffer[];
}
const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(clientCount - 1),
  packets: fc.oneof(
    { weight: 12, arbitrary: fc.array(packet, { minLength: 1, maxLength: 3 }) },
    fc.constant([]),
  ),
});

/** What every client got in every step. */
async function run(program: readonly Step[], port: number): Promise<string[][][]> {
  const open = async (index: number): Promise<Scribe> => {
    const client = new Scribe(port);
    client.send(connect({ clientId: `client ${index}` }));
    await client.settle();
    return client;
  };
  const clients: Scribe[] = [];
  for (let index = 0; index < clientCount; index++) clients.push(await open(index));
  const transcript: string[][][] = [];
  for (const { who, packets } of program) {
    const client = clients[who] as Scribe;
    if (packets.length === 0) client.close();
    else client.send(Buffer.concat(packets));
    const got: string[][] = [];
    // The sender comes first: when its packets have been handled, what they cause is on its way to the other clients.
    for (const index of [who, ...clients.keys()].filter((each, i, all) => all.indexOf(each) === i)) {
      got[index] = levelled(await (clients[index] as Scribe).settle());
    }
    for (const [index, each] of clients.entries()) if (each.isClosed) clients[index] = await open(index);
    transcript.push(got);
  }
  for (const client of clients) client.close();
  return transcript;
}

/**
 * Evens out what MQTT leaves open: Mosquitto delivers a copy for each filter that matches, we one at the highest QoS
 * [MQTT-3.3.5-1]; a client may have its own message before or after the acknowledgement; and of what it is sent right
 * before the connection is closed, a reset may discard some.
 */
function levelled(lines: readonly string[]): string[] {
  const isMessage = (line: string): boolean => line.startsWith('PUBLISH');
  const others = lines.filter((line) => !isMessage(line));
  return others.includes('closed') ? ['closed'] : [...others, ...oneCopyEach(lines.filter(isMessage))];
}

function oneCopyEach(lines: readonly string[]): string[] {
  const highest = new Map<string, string>();
  const keyOf = (line: string): string => line.replace(/qos \d/, '');
  for (const line of lines) {
    const before = highest.get(keyOf(line));
    if (before === undefined || line > before) highest.set(keyOf(line), line);
  }
  return [...highest.values()];
}

describe(`the ${engineUnderTest.name} engine and Mosquitto`, () => {
  test('give the clients of a random program the same, step for step', async () => {
    const mosquitto = await startMosquitto(onTestFinished);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (program) => {
        const expected = await run(program, mosquitto);
        const { port } = await startServer(engineUnderTest.create, onTestFinished);
        expect(await run(program, port)).toEqual(expected);
      }),
      // The same programs every time, unless more are asked for: how Mosquitto behaves beyond them is not known.
      process.env['FUZZ_RUNS'] ? { numRuns: fuzzRuns(1) } : { numRuns: 25, seed: 311 },
    );
  });
});
