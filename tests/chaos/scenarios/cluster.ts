/** Several MQTT processes as one cluster, of which one is killed, or which lose what carries their frames. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@iotcore/testkit/faults';
import { NatsServer, natsServer } from '../../debian/nats.ts';
import type { Fixture } from '../fixture/fixture.ts';
import { lacks } from '../fixture/tools.ts';
import { type Chaos, must, type Scenario } from '../scenario.ts';

const processes = 3;

/** Resolves once all processes run, and each has links with all others. */
async function allTogether(fixture: Fixture): Promise<void> {
  const isTogether = async () => {
    for (let index = 0; index < processes; index += 1) {
      const answer = await fetch(`http://127.0.0.1:${fixture.ports.admin + index}/cluster`).catch(
        () => undefined,
      );
      const status = (await answer?.json()) as { isGood: boolean; peers: unknown[] } | undefined;
      if (!status?.isGood || status.peers.length !== processes - 1) return false;
    }
    return true;
  };
  await eventually('all MQTT processes to be one cluster', isTogether, 120_000);
}

async function pickProcess(fixture: Fixture, chaos: Chaos): Promise<number> {
  const pids = await fixture.supervisedPids('mqtt');
  must(pids.length > 0, 'no MQTT process runs');
  return chaos.random.pick(pids);
}

export const nodeKilled: Scenario = {
  id: '6n',
  title: 'One of three MQTT processes killed (kill -9)',
  short: true,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture({ supervised: true, env: { IOT_MQTT_PROCESSES: String(processes) } });
    await allTogether(fixture);
    const rounds = chaos.short ? 2 : 20;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      const heal = fixture.messages.fault();
      process.kill(await pickProcess(fixture, chaos), 'SIGKILL');
      heal();
      await allTogether(fixture);
      await fixture.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return fixture.check();
  },
};

export const natsKilled: Scenario = {
  id: '18',
  title: 'NATS killed (kill -9) and started again, under three nodes',
  short: false,
  maxRecoverySeconds: 60,
  obstacle: async () => lacks(natsServer, 'nats-server'),
  async run(chaos) {
    const nats = await NatsServer.start((stop) => chaos.cleanup(stop));
    const env = { IOT_MQTT_PROCESSES: String(processes), IOT_NATS_SERVERS: nats.url };
    const fixture = await chaos.fixture({ supervised: true, env });
    await allTogether(fixture);
    const rounds = chaos.short ? 2 : 20;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      const heal = fixture.messages.fault();
      await nats.kill();
      // Now and then for so long that the nodes must part.
      const isLong = round % 5 === 4;
      await sleep(isLong ? chaos.random.integer(10_000, 25_000) : chaos.random.integer(0, 2_000));
      await nats.start();
      heal();
      await allTogether(fixture);
      await fixture.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return fixture.check();
  },
};
