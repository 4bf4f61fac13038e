/**
 * What recording costs: processor time of a message at QoS 0 without any export, with one that does not match, with one that does. What is
 * measured twice without exports differs by chance alone: no difference that is smaller says anything.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Installation, publish } from './installation.ts';

/** At most so many µs more for a message that one export matches. */
const mostMicroseconds = { mqtt: 5, postgres: 10 };
/** And so much more, as a share, for one that none matches. */
const mostShare = 0.02;
/** An export is in force a second after it was created. */
const inForceMs = 1500;
const payload = Buffer.alloc(64, 'x');
const cases = ['without exports', 'no match', 'match', 'without exports again'] as const;
type Case = (typeof cases)[number];
/** In four rounds each comes once at each place, and once after each other: what one leaves behind falls on all alike. */
const orders = [
  [0, 1, 3, 2],
  [1, 2, 0, 3],
  [2, 3, 1, 0],
  [3, 0, 2, 1],
] as const;

export async function measureCosts(
  { call, registryId, publishers, cpu }: Installation,
  { messages, rounds }: { readonly messages: number; readonly rounds: number },
  say: (line: string) => void,
): Promise<boolean> {
  const none = () => ({ mqtt: 0, postgres: 0 });
  const spent: Record<Case, ReturnType<typeof none>> = {
    ...{ 'without exports': none(), 'without exports again': none() },
    ...{ 'no match': none(), match: none() },
  };
  let recorded = 0;
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of (orders[round % 4] ?? []).map((at) => cases[at] as Case)) {
      const source = { registryId, mqttTopicFilter: '$devices/+/events/measured' };
      const made =
        (name === 'match' || name === 'no match') &&
        (await call('POST', '/ext/v1/exports', { source, target: { pull: {} } }));
      await pause(inForceMs);
      const before = cpu();
      await publish(publishers, messages, {
        qos: 0,
        subtopic: name === 'match' ? 'measured' : 'other',
        payload,
      });
      // Until what is recorded later is recorded.
      await pause(inForceMs);
      const after = cpu();
      if (round > 0)
        for (const key of ['mqtt', 'postgres'] as const) spent[name][key] += after[key] - before[key];
      if (!made) continue;
      const path = `/ext/v1/exports/${made.response.id}`;
      if (round > 0 && name === 'match')
        recorded += Number((await call('GET', `${path}?exportView=FULL`)).state.head);
      await call('DELETE', path);
    }
  }
  const per = (name: Case, key: 'mqtt' | 'postgres') => (spent[name][key] * 1000) / (messages * rounds);
  say('| | MQTT server, µs a message | Postgres, µs a message |');
  say('| --- | --: | --: |');
  for (const name of cases)
    say(`| ${name} | ${per(name, 'mqtt').toFixed(1)} | ${per(name, 'postgres').toFixed(1)} |`);
  // What was dropped for want of room was not recorded, and cost less.
  const more = (key: 'mqtt' | 'postgres') =>
    ((spent.match[key] - spent['no match'][key]) * 1000) / Math.max(1, recorded);
  const [first, second] = [per('without exports', 'mqtt'), per('without exports again', 'mqtt')];
  const share = (2 * per('no match', 'mqtt')) / (first + second) - 1;
  const byChance = Math.abs(first - second) / Math.min(first, second);
  const resultOf = (isKept: boolean) => (isKept ? 'kept' : 'MISSED');
  say(
    `\nRecorded: ${recorded} of ${messages * rounds}, at QoS 0; what is missing was dropped and counted.\n`,
  );
  say('| | measured | at most | |');
  say('| --- | --: | --: | --- |');
  for (const [key, name] of [
    ['mqtt', 'the MQTT server'],
    ['postgres', 'Postgres'],
  ] as const)
    say(
      `| a match, µs of ${name} for each message that is recorded | ${more(key).toFixed(1)} | ${mostMicroseconds[key]} | ${resultOf(more(key) <= mostMicroseconds[key])} |`,
    );
  say(
    `| no match, % of the MQTT server more than without exports | ${(100 * share).toFixed(1)} | ${100 * mostShare} | ${resultOf(share <= mostShare)} |`,
  );
  say(`| by chance, % between the two without exports | ${(100 * byChance).toFixed(1)} | | |`);
  return (
    share <= mostShare &&
    more('mqtt') <= mostMicroseconds.mqtt &&
    more('postgres') <= mostMicroseconds.postgres
  );
}
