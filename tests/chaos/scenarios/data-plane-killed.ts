import type { Scenario } from '../scenario.ts';

/** kill -9 of the MQTT server at random times; whatever supervises it starts it again. */
export const dataPlaneKilled: Scenario = {
  id: '6',
  title: 'Data plane killed (kill -9) at random times',
  short: true,
  maxRecoverySeconds: 15,
  async run(chaos) {
    const world = await chaos.world({ devices: chaos.short ? 12 : 50 });
    world.keepRunning();
    const rounds = chaos.short ? 2 : 20;
    for (let round = 0; round < rounds; round += 1) {
      await world.run(chaos.random.integer(500, 2500));
      const heal = world.messages.fault();
      world.plane('mqtt').kill('SIGKILL');
      heal();
      await world.run(300);
      await world.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return world.verdict();
  },
};
