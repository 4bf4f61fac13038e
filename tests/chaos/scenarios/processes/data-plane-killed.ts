import type { Scenario } from '../../scenario.ts';

/** kill -9 of the MQTT server at random times; whatever supervises it starts it again. */
export const dataPlaneKilled: Scenario = {
  id: '6',
  title: 'Data plane killed (kill -9) at random times',
  short: true,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture(chaos.short ? {} : { devices: 50 });
    fixture.keepRunning();
    const rounds = chaos.short ? 2 : 20;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      await fixture.killServer();
    }
    chaos.note(`${rounds} kills`);
    return fixture.check();
  },
};
