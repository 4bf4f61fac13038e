/** Several MQTT processes of `npm start` as one cluster over sockets, of which one is killed. */
import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { clusterStatus } from '../../fixture/nodes.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

const processes = 3;

/** Resolves once all processes run, and each has links with all others. */
async function allTogether(fixture: Fixture): Promise<void> {
  const isTogether = async () => {
    for (let index = 0; index < processes; index += 1) {
      const status = await clusterStatus(fixture.ports.admin + index);
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
