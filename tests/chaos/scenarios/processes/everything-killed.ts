import type { Scenario } from '../../scenario.ts';

/** kill -9 of Postgres and both planes, started again in a random order. */
export const everythingKilled: Scenario = {
  id: '8',
  title: 'Everything killed, started in random order',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture();
    const rounds = chaos.short ? 1 : 10;
    let healedAt = 0;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      const heal = fixture.messages.fault();
      const planes = ['api', 'mqtt'] as const;
      for (const plane of planes) fixture.plane(plane).kill('SIGKILL');
      await fixture.postgres.kill();
      await Promise.all(planes.map((plane) => fixture.plane(plane).exited));
      heal();
      healedAt = performance.now();
      for (const what of chaos.random.shuffle(['api', 'mqtt', 'postgres'] as const)) {
        if (what === 'postgres') await fixture.postgres.start();
        else await fixture.launch(what);
        await fixture.run(chaos.random.integer(0, 1500));
      }
      await Promise.all(planes.map((plane) => fixture.plane(plane).ready));
      await fixture.everybodyServed();
    }
    chaos.note(`${rounds} rounds`);
    return fixture.check({ healedAt });
  },
};
