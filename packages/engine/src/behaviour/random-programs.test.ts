/**
 * Random programs of several clients, run on each engine and by an oracle that is slow and obviously right: section 4.7
 * of MQTT 3.1.1 by the letter, one copy a message at the highest QoS granted, in the order of publishing.
 */
import { connectMqtt, type MqttSession } from '@iotcore/testkit';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

type Step =
  | { readonly do: 'subscribe'; readonly who: number; readonly filters: string[]; readonly qos: 0 | 1 | 2 }
  | { readonly do: 'unsubscribe'; readonly who: number; readonly filters: string[] }
  | { readonly do: 'publish'; readonly who: number; readonly topic: string; readonly qos: 0 | 1 }
  | { readonly do: 'reconnect'; readonly who: number; readonly how: 'end' | 'drop' | 'take over' };

const clientCount = 3;
const who = fc.nat({ max: clientCount - 1 });
const level = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('', '$s', '__proto__', 'я') },
);
const topic = fc
  .array(level, { minLength: 1, maxLength: 3 })
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 2 }), fc.constantFrom('a', '+', '#'))
  .map(([levels, last]) => [...levels, last].join('/'));
const filters = fc.uniqueArray(filter, { minLength: 1, maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('subscribe'), who, filters, qos: fc.constantFrom(0, 1, 2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unsubscribe'), who, filters }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('publish'), who, topic, qos: fc.constantFrom(0, 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reconnect'),
      who,
      how: fc.constantFrom('end', 'drop', 'take over'),
    }),
  },
) as fc.Arbitrary<Step>;

/** Does the filter match, by the letter of section 4.7? */
function matches(filterLevels: readonly string[], topicLevels: readonly string[]): boolean {
  const [first, ...rest] = filterLevels;
  if (first === '#') return true; // also the parent level
  if (first === undefined || topicLevels.length === 0) return first === undefined && topicLevels.length === 0;
  return (first === '+' || first === topicLevels[0]) && matches(rest, topicLevels.slice(1));
}

function hears(filterText: string, topicText: string): boolean {
  if (topicText.startsWith('$') && /^[+#]/.test(filterText)) return false; // [MQTT-4.7.2-1]
  return matches(filterText.split('/'), topicText.split('/'));
}

/** What each client must have heard since it last connected, as `topic payload qos`. */
function foretell(program: readonly Step[]): string[][] {
  const granted = Array.from({ length: clientCount }, () => new Map<string, number>());
  const heard: string[][] = granted.map(() => []);
  program.forEach((one, number) => {
    const mine = granted[one.who] as Map<string, number>;
    if (one.do === 'subscribe') for (const text of one.filters) mine.set(text, Math.min(one.qos, 1));
    if (one.do === 'unsubscribe') for (const text of one.filters) mine.delete(text);
    if (one.do === 'reconnect') {
      mine.clear();
      heard[one.who] = [];
    }
    if (one.do !== 'publish') return;
    granted.forEach((subscribed, index) => {
      const qos = [...subscribed].filter(([text]) => hears(text, one.topic)).map(([, each]) => each);
      if (qos.length > 0) heard[index]?.push(`${one.topic} ${number} ${Math.min(one.qos, Math.max(...qos))}`);
    });
  });
  return heard;
}

async function run(program: readonly Step[], port: number): Promise<string[][]> {
  const open = (index: number) => connectMqtt({ port, clientId: `client ${index}`, username: 'one' });
  const clients: MqttSession[] = [];
  for (let index = 0; index < clientCount; index++) clients.push(await open(index));
  for (const [number, one] of program.entries()) {
    const client = clients[one.who] as MqttSession;
    if (one.do === 'subscribe') await client.subscribe(one.filters, one.qos);
    else if (one.do === 'unsubscribe') await client.unsubscribe(one.filters);
    else if (one.do === 'publish') {
      await client.publish(one.topic, String(number), { qos: one.qos });
      // At QoS 0 nothing tells when it has been dealt with; an acknowledgement after it does.
      await client.publish('behind', '');
    } else {
      if (one.how === 'end') await client.end();
      if (one.how === 'drop') client.drop();
      clients[one.who] = await open(one.who);
    }
  }
  return Promise.all(clients.map(everythingHeard));
}

async function everythingHeard(client: MqttSession): Promise<string[]> {
  await client.subscribe('the end');
  await client.publish('the end', '');
  const heard: string[] = [];
  for (;;) {
    const { topic: name, payload, qos } = await client.messages.next();
    if (name === 'the end') return heard;
    if (name !== 'behind') heard.push(`${name} ${payload} ${qos}`);
  }
}

describe(`the ${name} engine`, () => {
  test('delivers to each client of a random program what the standard says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (program) => {
        const { port } = await startServer(create, onTestFinished);
        expect(await run(program, port)).toEqual(foretell(program));
      }),
      { numRuns: 15 },
    );
  });
});
