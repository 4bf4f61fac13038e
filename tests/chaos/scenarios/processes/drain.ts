import type { Fixture } from '../../fixture/fixture.ts';
import { type Chaos, must, mustTake, type Scenario } from '../../scenario.ts';

/** How long a process may take to end in order, seconds. */
const mostStopSeconds = 5;

/** SIGTERM to the data plane under load, at random times, and a start after each. */
export async function drain(chaos: Chaos, fixture: Fixture, rounds: number): Promise<void> {
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1) {
    await fixture.run(chaos.random.integer(500, 2500));
    const heal = fixture.messages.fault();
    const drained = fixture.messages.drain();
    const began = performance.now();
    fixture.plane('mqtt').kill('SIGTERM');
    const { code, signal } = await fixture.plane('mqtt').exited;
    slowest = Math.max(slowest, (performance.now() - began) / 1000);
    // What the clients have been sent is read, and the ends are seen, in this tick of the event loop or the next ones.
    await fixture.run(100);
    drained();
    must(code === 0, `the data plane ended with ${signal ?? code} on SIGTERM`);
    heal();
    await fixture.start('mqtt');
    await fixture.everybodyServed();
  }
  mustTake(slowest, mostStopSeconds, 'the data plane ended after');
  chaos.note(`${rounds} drains, the slowest ${slowest.toFixed(1)} s`);
}

/** SIGTERM under load: everything acknowledged goes out before the connections end. A second one forces the end. */
export const drained: Scenario = {
  id: '24',
  title: 'SIGTERM: drain, rolling restart, and a second SIGTERM',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture(chaos.short ? {} : { devices: 50 });
    await drain(chaos, fixture, chaos.short ? 1 : 10);
    await rollApi(fixture);
    await forceEnd(fixture);
    return fixture.check();
  },
};

/** The control plane restarts under load; calls that it had taken are answered. */
async function rollApi(fixture: Fixture): Promise<void> {
  fixture.plane('api').kill('SIGTERM');
  const { code } = await fixture.plane('api').exited;
  must(code === 0, `the API ended with ${code} on SIGTERM`);
  await fixture.start('api');
  await fixture.run(500);
}

async function forceEnd(fixture: Fixture): Promise<void> {
  const heal = fixture.messages.fault();
  const mqtt = fixture.plane('mqtt');
  mqtt.kill('SIGTERM');
  await fixture.run(1100);
  mqtt.kill('SIGTERM');
  const { code, signal } = await mqtt.exited;
  must(
    signal === null && (code === 0 || code === 1),
    `the data plane ended with ${signal ?? code} on a second SIGTERM`,
  );
  heal();
  await fixture.start('mqtt');
  await fixture.everybodyServed();
}
