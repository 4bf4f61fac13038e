import type { Scenario } from '../scenario.ts';

/** What the load and the checker say when nothing is broken. */
export const control: Scenario = {
  id: '0',
  title: 'Nothing: the control run',
  short: false,
  async run(chaos) {
    const fixture = await chaos.fixture();
    await fixture.run(chaos.short ? 3000 : 10_000);
    return fixture.check();
  },
};
