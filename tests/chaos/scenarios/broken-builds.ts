import type { Scenario } from '../scenario.ts';
import { drain } from './drain.ts';
import { revoke } from './revocation.ts';

/** The data plane is ended in order; what it had acknowledged and not handed over is missed. */
export const acknowledgesFirst: Scenario = {
  id: 'x1',
  title: 'A build that acknowledges before it routes',
  short: true,
  expect: 'caught',
  catches: 'lost',
  async run(chaos) {
    const world = await chaos.world({
      mqttProgram: 'tests/chaos/broken/acknowledge-first.ts',
      apiCallers: 0,
    });
    await drain(chaos, world, chaos.short ? 1 : 3);
    return world.verdict({ readBack: false, settleMs: 2000 });
  },
};

/** A password is deleted, and its session goes on. */
export const deafToRevocation: Scenario = {
  id: 'x2',
  title: 'A build whose caches ignore revocations',
  short: true,
  expect: 'caught',
  catches: 'foreign',
  async run(chaos) {
    const world = await chaos.world({
      mqttProgram: 'tests/chaos/broken/deaf-to-revocation.ts',
      apiCallers: 0,
    });
    await revoke(world, 'revoked-0');
    await world.run(3000);
    return world.verdict({ readBack: false, settleMs: 2000 });
  },
};
