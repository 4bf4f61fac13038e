import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import type { PlaneName } from '../../fixture/planes.ts';
import type { Scenario } from '../../scenario.ts';

/** The same as 6 and 7, with the supervisor of `npm start` in the place of the runner. */
export const supervised: Scenario = {
  id: '6s',
  title: 'Either plane killed (kill -9) under the supervisor',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture({ supervised: true });
    const rounds = chaos.short ? 1 : 4;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      const heal = fixture.messages.fault();
      const plane = round === 0 ? 'mqtt' : chaos.random.pick(['api', 'mqtt'] as const);
      await killUnder(fixture, plane);
      heal();
      await fixture.run(500);
      await fixture.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return fixture.check();
  },
};

async function killUnder(fixture: Fixture, plane: PlaneName): Promise<void> {
  const pid = await eventually('the plane to run', () => fixture.supervisedPid(plane), 30_000);
  process.kill(pid, 'SIGKILL');
}
