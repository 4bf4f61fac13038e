import { eventually } from '@iotcore/testkit/faults';
import type { Scenario } from '../scenario.ts';
import type { PlaneName } from '../world/planes.ts';
import type { World } from '../world/world.ts';

/** The same as 6 and 7, with the supervisor of `npm start` in the place of the runner. */
export const supervised: Scenario = {
  id: '6s',
  title: 'Either plane killed (kill -9) under the supervisor',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const world = await chaos.world({ supervised: true });
    const rounds = chaos.short ? 1 : 4;
    for (let round = 0; round < rounds; round += 1) {
      await world.run(chaos.random.integer(500, 2500));
      const heal = world.messages.fault();
      const plane = round === 0 ? 'mqtt' : chaos.random.pick(['api', 'mqtt'] as const);
      await killUnder(world, plane);
      heal();
      await world.run(500);
      await world.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return world.verdict();
  },
};

async function killUnder(world: World, plane: PlaneName): Promise<void> {
  const pid = await eventually('the plane to run', () => world.supervisedPid(plane), 30_000);
  process.kill(pid, 'SIGKILL');
}
