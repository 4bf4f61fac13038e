/**
 * Everything on the way of an export is killed again and again, and its targets go away: each acknowledged message arrives,
 * in the order of its publisher. To the checker a target is a subscriber that was there throughout. With one MQTT server, and with
 * two nodes of a cluster, of which one is killed at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@iotcore/testkit/faults';
import { NatsServer, natsServer } from '../../../debian/nats.ts';
import type { Fixture } from '../../fixture/fixture.ts';
import { commandsTo, topicsOfDevices } from '../../fixture/population.ts';
import { lacks } from '../../fixture/tools.ts';
import { type Chaos, must, mustTake, type Scenario } from '../../scenario.ts';
import { drained, openKafka, openTable, openWebhook, type Sink } from './sinks.ts';

/** That are recorded for each export in a full run. */
const mostMessages = 100_000;
/** After so long what a killed process sent for goes on in another, seconds. */
const mostTakeoverSeconds = 10;

interface Way {
  readonly id: string;
  readonly title: string;
  readonly nodes: 1 | 2;
}

const scenario = ({ id, title, nodes }: Way): Scenario => ({
  ...{ id, title },
  short: false,
  // As long as for other faults of nodes.
  maxRecoverySeconds: nodes > 1 ? 90 : 30,
  obstacle: async () =>
    lacks('/usr/bin/kcat', 'kcat') ?? (nodes > 1 ? lacks(natsServer, 'nats-server') : undefined),
  async run(chaos) {
    const fixture = await chaos.fixture({
      ...(chaos.short ? {} : { devices: 50, perSecond: 12 }),
      apiCallers: 1,
      env: { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.0/8' },
      ...(nodes > 1 && { nodes: await nodesOverNats(chaos, nodes) }),
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
    const ids = [...exports.keys()];
    const { done, takeoverSeconds } = await faults(chaos, fixture, { exports, nodes });
    mustTake(takeoverSeconds, mostTakeoverSeconds, 'taken over after');
    if (!chaos.short) await untilRecorded(fixture, ids);
    fixture.stopLoad();
    await drained(ids, async (exportId) => Number((await stateOf(fixture, exportId)).lagMessages), 240_000);
    const heads: string[] = [];
    for (const [exportId, sink] of exports) {
      await sink.collect?.();
      const { deadLetters, discarded, head } = await stateOf(fixture, exportId);
      must(deadLetters === '0', `an outage made ${deadLetters} dead letters`);
      must(discarded === '0', `${discarded} messages were discarded`);
      heads.push(head);
    }
    chaos.note(
      `${done}; taken over within ${takeoverSeconds.toFixed(1)} s; recorded for each export: ${heads.join(', ')}`,
    );
    return fixture.check({ settleMs: 60_000 });
  },
});

export const exportsKilled: readonly Scenario[] = [
  scenario({ id: '28', title: 'Exports: senders, MQTT server and Postgres killed, targets away', nodes: 1 }),
  scenario({
    id: '28n',
    title: 'Exports: senders, one of two MQTT nodes and Postgres killed, targets away',
    nodes: 2,
  }),
];

async function nodesOverNats(chaos: Chaos, count: number) {
  const nats = await NatsServer.start((stop) => chaos.cleanup(stop));
  return { count, envOf: () => ({ IOT_NATS_SERVERS: nats.url }) };
}

/** The load runs on until each export has had as many messages as it should. */
async function untilRecorded(fixture: Fixture, ids: readonly string[]): Promise<void> {
  const enough = async () => {
    for (const id of ids) if (Number((await stateOf(fixture, id)).head) < mostMessages) return false;
    return true;
  };
  await eventually(`${mostMessages} messages for each export`, enough, 600_000);
}

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

/** Returns what was done, for the report, and how long at most nobody sent for an export whose holder was killed. */
async function faults(
  chaos: Chaos,
  fixture: Fixture,
  { exports, nodes }: { readonly exports: ReadonlyMap<string, Sink>; readonly nodes: number },
): Promise<{ done: string; takeoverSeconds: number }> {
  const sinks = [...exports.values()];
  let takeoverSeconds = 0;
  const times = chaos.short
    ? { export: 2, mqtt: 1, postgres: 1, target: 3 }
    : { export: 10, mqtt: 5, postgres: 3, target: 10 };
  const kinds = Object.entries(times).flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  for (const [at, kind] of chaos.random.shuffle(kinds).entries()) {
    await fixture.run(chaos.random.integer(500, chaos.short ? 3000 : 8000));
    const sink = sinks[at % sinks.length];
    if (kind === 'export') {
      const seconds = await killSender(fixture, at % 2 === 0 ? 'export' : 'otherExport', [...exports.keys()]);
      takeoverSeconds = Math.max(takeoverSeconds, seconds);
    } else if (kind === 'target' && sink) await outage(chaos, fixture, sink);
    else if (kind === 'postgres') await killPostgres(fixture);
    else if (nodes > 1) await killNode(fixture, chaos.random.integer(0, nodes - 1));
    else await fixture.killServer();
  }
  const done = Object.entries(times).map(([kind, count]) => `${kind} ${count}`);
  return { done: done.join(', '), takeoverSeconds };
}

/** Answers after how many seconds another process held all that it had held. */
async function killSender(
  fixture: Fixture,
  name: 'export' | 'otherExport',
  ids: readonly string[],
): Promise<number> {
  const holders = () => Promise.all(ids.map(async (id) => (await stateOf(fixture, id)).holder));
  const child = fixture.plane(name);
  const isItsOwn = (holder: string | undefined) => holder?.split('/').at(-2) === String(child.pid);
  child.kill('SIGKILL');
  const killedAt = performance.now();
  await eventually('another holder', async () => !(await holders()).some(isItsOwn), 60_000);
  return (performance.now() - killedAt) / 1000;
}

async function outage(chaos: Chaos, fixture: Fixture, sink: Sink): Promise<void> {
  await sink.goAway();
  await fixture.run(chaos.random.integer(1000, 5000));
  await sink.back();
}

async function killNode(fixture: Fixture, index: number): Promise<void> {
  const heal = fixture.messages.fault();
  fixture.nodes.kill(index, 'SIGKILL');
  heal();
  await fixture.nodes.together();
  await fixture.everybodyServed(90_000);
}

async function killPostgres(fixture: Fixture): Promise<void> {
  const heal = fixture.messages.fault();
  await fixture.postgres.kill();
  await fixture.postgres.start();
  heal();
}
