import type { Scenario } from '../scenario.ts';

/** kill -9 of Postgres and both planes, started again in a random order. */
export const everythingKilled: Scenario = {
  id: '8',
  title: 'Everything killed, started in random order',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const world = await chaos.world();
    const rounds = chaos.short ? 1 : 10;
    let healedAt = 0;
    for (let round = 0; round < rounds; round += 1) {
      await world.run(chaos.random.integer(500, 2500));
      const heal = world.messages.fault();
      const planes = ['api', 'mqtt'] as const;
      for (const plane of planes) world.plane(plane).kill('SIGKILL');
      await world.postgres.kill();
      await Promise.all(planes.map((plane) => world.plane(plane).exited));
      heal();
      healedAt = performance.now();
      for (const what of chaos.random.shuffle(['api', 'mqtt', 'postgres'] as const)) {
        if (what === 'postgres') await world.postgres.start();
        else await world.launch(what);
        await world.run(chaos.random.integer(0, 1500));
      }
      await Promise.all(planes.map((plane) => world.plane(plane).ready));
      await world.everybodyServed();
    }
    chaos.note(`${rounds} rounds`);
    return world.verdict({ healedAt });
  },
};
