import type { Scenario } from '../scenario.ts';

/** kill -9 of the MQTT server at random times; whatever supervises it starts it again. */
export const dataPlaneKilled: Scenario = {
  id: '6',
  title: 'Data plane killed (kill -9) at random times',
  short: true,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const world = await chaos.world(chaos.short ? {} : { devices: 50 });
    world.keepRunning();
    const rounds = chaos.short ? 2 : 20;
    for (let round = 0; round < rounds; round += 1) {
      await world.run(chaos.random.integer(500, 2500));
      const heal = world.messages.fault();
      world.plane('mqtt').kill('SIGKILL');
      heal();
      await world.plane('mqtt').exited;
      await world.untilReady('mqtt');
      await world.everybodyServed();
    }
    chaos.note(`${rounds} kills`);
    return world.verdict();
  },
};
