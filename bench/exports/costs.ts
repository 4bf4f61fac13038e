/** What recording costs: processor time of a message at QoS 0 without any export, with one that does not match, with one that does. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Installation, publish } from './installation.ts';

/** At most so many µs more for a message that one export matches. */
const mostMicroseconds = { mqtt: 5, postgres: 10 };
/** And so much more, as a share, for one that none matches. */
const mostShare = 0.02;
/** An export is in force a second after it was created. */
const inForceMs = 1500;
const payload = Buffer.alloc(64, 'x');
const cases = ['without exports', 'no match', 'match'] as const;

export async function measureCosts(
  { call, registryId, publishers, cpu }: Installation,
  { messages, rounds }: { readonly messages: number; readonly rounds: number },
  say: (line: string) => void,
): Promise<boolean> {
  const none = () => ({ mqtt: 0, postgres: 0 });
  const spent = { 'without exports': none(), 'no match': none(), match: none() };
  let recorded = 0;
  // In turns, each first once in three, so that what else happens falls on all alike; the first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of [...cases.slice(round % 3), ...cases.slice(0, round % 3)]) {
      const source = { registryId, mqttTopicFilter: '$devices/+/events/measured' };
      const made =
        name !== 'without exports' &&
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
  const per = (name: (typeof cases)[number], key: 'mqtt' | 'postgres') =>
    (spent[name][key] * 1000) / (messages * rounds);
  say('| | MQTT server, µs a message | Postgres, µs a message |');
  say('| --- | --: | --: |');
  for (const name of cases)
    say(`| ${name} | ${per(name, 'mqtt').toFixed(1)} | ${per(name, 'postgres').toFixed(1)} |`);
  // What was dropped for want of room was not recorded, and cost less.
  const more = (key: 'mqtt' | 'postgres') =>
    ((spent.match[key] - spent['no match'][key]) * 1000) / Math.max(1, recorded);
  const share = per('no match', 'mqtt') / per('without exports', 'mqtt') - 1;
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
  return (
    share <= mostShare &&
    more('mqtt') <= mostMicroseconds.mqtt &&
    more('postgres') <= mostMicroseconds.postgres
  );
}
