import type { Scenario } from '../../scenario.ts';

/** kill -9 of all Postgres processes, mid-commit: what was answered 2xx is there, the rest is whole or absent. */
export const postgresKilled: Scenario = {
  id: '4',
  title: 'kill -9 of all Postgres processes, mid-commit',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const fixture = await chaos.fixture({ apiCallers: chaos.short ? 4 : 8 });
    const rounds = chaos.short ? 2 : 20;
    let healedAt = 0;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(300, 1500));
      const heal = fixture.messages.fault();
      await fixture.postgres.kill();
      await fixture.run(chaos.random.integer(0, 300));
      await fixture.postgres.start();
      heal();
      healedAt = performance.now();
    }
    await fixture.run(1500);
    chaos.note(`${rounds} kills`);
    return fixture.check({ healedAt });
  },
};
