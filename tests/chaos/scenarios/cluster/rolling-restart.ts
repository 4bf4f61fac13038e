/** All MQTT nodes are restarted one after the other, as for a new version, behind a balancer that looks at their readiness. */
import { NatsServer, natsServer } from '../../../debian/nats.ts';
import { lacks } from '../../fixture/tools.ts';
import { mustLeaveNoTrace } from '../../fixture/traces.ts';
import { must, mustTake, type Scenario } from '../../scenario.ts';

const nodeCount = 3;
/** How long a node may take to end in order, seconds. */
const mostStopSeconds = 5;
/** What a client needs to see that its session is over: publishers at other nodes are acknowledged meanwhile. */
const drainedWindowMs = 500;

export const rollingRestart: Scenario = {
  id: '24n',
  title: 'Rolling restart (SIGTERM) of three MQTT nodes over NATS',
  short: false,
  maxRecoverySeconds: 30,
  obstacle: async () => lacks(natsServer, 'nats-server'),
  async run(chaos) {
    const nats = await NatsServer.start((stop) => chaos.cleanup(stop));
    const envOf = () => ({ IOT_NATS_SERVERS: nats.url });
    const fixture = await chaos.fixture({ nodes: { count: nodeCount, envOf } });
    const { nodes, messages } = fixture;
    const rounds = chaos.short ? 1 : 5;
    let slowest = 0;
    for (let restart = 0; restart < rounds * nodeCount; restart += 1) {
      await fixture.run(chaos.random.integer(500, 2_000));
      const heal = messages.fault();
      const drained = messages.drain();
      const began = performance.now();
      const { code, signal } = await nodes.end(restart % nodeCount);
      slowest = Math.max(slowest, (performance.now() - began) / 1_000);
      // What the clients have been sent is read, and the ends are seen.
      await fixture.run(100);
      drained();
      must(code === 0, `a node ended with ${signal ?? code} on SIGTERM`);
      heal();
      await nodes.together();
      await fixture.everybodyServed(90_000);
    }
    mustTake(slowest, mostStopSeconds, 'a node ended after');
    chaos.note(`${rounds} times all of them, the slowest ended in ${slowest.toFixed(1)} s`);
    const result = await fixture.check({ drainedWindowMs });
    await mustLeaveNoTrace(fixture);
    return result;
  },
};
