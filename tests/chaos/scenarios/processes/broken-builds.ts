import type { Scenario } from '../../scenario.ts';
import { revoke } from '../clients/revocation.ts';
import { drain } from './drain.ts';

/** The data plane is shut down in order; messages that it had acknowledged but not handed over are missing. */
export const acknowledgesFirst: Scenario = {
  id: 'x1',
  title: 'A build that acknowledges before it routes',
  short: true,
  expect: 'caught',
  catches: 'lost',
  async run(chaos) {
    const fixture = await chaos.fixture({
      mqttProgram: 'tests/chaos/broken/acknowledge-first.ts',
      apiCallers: 0,
    });
    await drain(chaos, fixture, chaos.short ? 1 : 3);
    return fixture.check({ readBack: false, settleMs: 2000 });
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
    const fixture = await chaos.fixture({
      mqttProgram: 'tests/chaos/broken/deaf-to-revocation.ts',
      apiCallers: 0,
    });
    await revoke(fixture, 'revoked-0');
    await fixture.run(3000);
    return fixture.check({ readBack: false, settleMs: 2000 });
  },
};
