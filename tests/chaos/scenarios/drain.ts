import { type Chaos, must, type Scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** How long a process may take to end in order, seconds. */
const mostStopSeconds = 5;

/** SIGTERM to the data plane under load, at random times, and a start after each. */
export async function drain(chaos: Chaos, world: World, rounds: number): Promise<void> {
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1) {
    await world.run(chaos.random.integer(500, 2500));
    const heal = world.messages.fault();
    const drained = world.messages.drain();
    const began = performance.now();
    world.plane('mqtt').kill('SIGTERM');
    const { code, signal } = await world.plane('mqtt').exited;
    slowest = Math.max(slowest, (performance.now() - began) / 1000);
    // What the clients have been sent is read, and the ends are seen, in this turn of the loop or the next ones.
    await world.run(100);
    drained();
    must(code === 0, `the data plane ended with ${signal ?? code} on SIGTERM`);
    heal();
    await world.start('mqtt');
    await world.everybodyServed();
  }
  must(slowest <= mostStopSeconds, `the data plane took ${slowest.toFixed(1)} s to end`);
  chaos.note(`${rounds} drains, the slowest ${slowest.toFixed(1)} s`);
}

/** SIGTERM under load: everything acknowledged goes out before the connections end. A second one forces the end. */
export const drained: Scenario = {
  id: '24',
  title: 'SIGTERM: drain, rolling restart, and a second SIGTERM',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const world = await chaos.world(chaos.short ? {} : { devices: 50 });
    await drain(chaos, world, chaos.short ? 1 : 10);
    await rollApi(world);
    await forceEnd(world);
    return world.verdict();
  },
};

/** The control plane restarts under load; calls that it had taken are answered. */
async function rollApi(world: World): Promise<void> {
  world.plane('api').kill('SIGTERM');
  const { code } = await world.plane('api').exited;
  must(code === 0, `the API ended with ${code} on SIGTERM`);
  await world.start('api');
  await world.run(500);
}

async function forceEnd(world: World): Promise<void> {
  const heal = world.messages.fault();
  const mqtt = world.plane('mqtt');
  mqtt.kill('SIGTERM');
  await world.run(1100);
  mqtt.kill('SIGTERM');
  const { code, signal } = await mqtt.exited;
  must(
    signal === null && (code === 0 || code === 1),
    `the data plane ended with ${signal ?? code} on a second SIGTERM`,
  );
  heal();
  await world.start('mqtt');
  await world.everybodyServed();
}
