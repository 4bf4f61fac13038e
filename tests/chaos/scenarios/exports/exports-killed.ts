/**
 * Everything on the way of an export is killed again and again, and its targets go away: each acknowledged message arrives,
 * in the order of its publisher. To the checker a target is a subscriber that was there throughout.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fixture } from '../../fixture/fixture.ts';
import { commandsTo, topicsOfDevices } from '../../fixture/population.ts';
import { lacks } from '../../fixture/tools.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';
import { drained, openKafka, openTable, openWebhook, type Sink } from './sinks.ts';

export const exportsKilled: Scenario = {
  id: '28',
  title: 'Exports: senders, MQTT server and Postgres killed, targets away',
  short: false,
  maxRecoverySeconds: 30,
  obstacle: async () => lacks('/usr/bin/kcat', 'kcat'),
  async run(chaos) {
    const fixture = await chaos.fixture({
      ...(chaos.short ? {} : { devices: 50, perSecond: 10 }),
      apiCallers: 1,
      env: { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.0/8' },
    });
    fixture.keepRunning();
    await Promise.all([fixture.start('export'), fixture.start('otherExport')]);
    const exports = new Map<string, Sink>();
    const hears = [...topicsOfDevices(fixture.tenant), ...commandsTo(fixture.tenant)];
    for (const [name, open] of Object.entries({
      webhook: openWebhook,
      postgres: openTable,
      kafka: openKafka,
    })) {
      const receiver = `export:${name}`;
      fixture.messages.client({ name: receiver, tenant: 'load', hears });
      const sink = await open(chaos, (topic, payload) => fixture.messages.received(receiver, topic, payload));
      exports.set(await createExport(fixture, name, sink), sink);
      // From here on it must get everything: an export is in force within a second.
      await sleep(1500);
      fixture.messages.opened(receiver).subscribed();
    }
    const goneFor = await faults(chaos, fixture, [...exports.values()]);
    fixture.stopLoad();
    await drained(
      [...exports.keys()],
      async (id) => Number((await stateOf(fixture, id)).lagMessages),
      240_000,
    );
    for (const [id, sink] of exports) {
      await sink.collect?.();
      const { deadLetters, discarded } = await stateOf(fixture, id);
      must(deadLetters === '0', `an outage made ${deadLetters} dead letters`);
      must(discarded === '0', `${discarded} messages were discarded`);
    }
    chaos.note(goneFor);
    return fixture.check({ settleMs: 60_000 });
  },
};

async function createExport({ api, tenant }: Fixture, name: string, { target }: Sink): Promise<string> {
  const body = {
    name,
    source: { registryId: tenant.registry.id, mqttTopicFilter: '$devices/#' },
    target,
    batch: { maxMessages: 100 },
    retry: { maxInterval: '2s' },
  };
  const { response } = await api.must('POST', '/ext/v1/exports', body);
  return response.id;
}

async function stateOf({ api }: Fixture, id: string) {
  return (await api.must('GET', `/ext/v1/exports/${id}?exportView=FULL`)).state;
}

/** Returns what was done, for the report. */
async function faults(chaos: Chaos, fixture: Fixture, sinks: readonly Sink[]): Promise<string> {
  const times = chaos.short
    ? { export: 2, mqtt: 1, postgres: 1, target: 3 }
    : { export: 10, mqtt: 5, postgres: 3, target: 10 };
  const kinds = Object.entries(times).flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  for (const [at, kind] of chaos.random.shuffle(kinds).entries()) {
    await fixture.run(chaos.random.integer(500, 3000));
    const sink = sinks[at % sinks.length];
    if (kind === 'export') fixture.plane(at % 2 === 0 ? 'export' : 'otherExport').kill('SIGKILL');
    else if (kind === 'target' && sink) await outage(chaos, fixture, sink);
    else await killUnderLoad(fixture, kind === 'mqtt');
  }
  return Object.entries(times)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

async function outage(chaos: Chaos, fixture: Fixture, sink: Sink): Promise<void> {
  await sink.goAway();
  await fixture.run(chaos.random.integer(1000, 5000));
  await sink.back();
}

async function killUnderLoad(fixture: Fixture, isMqtt: boolean): Promise<void> {
  const heal = fixture.messages.fault();
  if (isMqtt) {
    fixture.plane('mqtt').kill('SIGKILL');
    heal();
    await fixture.plane('mqtt').exited;
    await fixture.untilReady('mqtt');
    return fixture.everybodyServed();
  }
  await fixture.postgres.kill();
  await fixture.postgres.start();
  heal();
}
