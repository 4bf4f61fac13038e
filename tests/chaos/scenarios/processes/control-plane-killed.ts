import { must, type Scenario } from '../../scenario.ts';
import { revoke } from '../clients/revocation.ts';

/** kill -9 of the API at random times: the data plane does not notice, and what was committed still reaches it. */
export const controlPlaneKilled: Scenario = {
  id: '7',
  title: 'Control plane killed (kill -9) at random times',
  short: true,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const fixture = await chaos.fixture({ apiCallers: 6 });
    fixture.keepRunning();
    const connectionsBefore = fixture.messages.history().connections.length;
    const rounds = chaos.short ? 2 : 15;
    for (let round = 0; round < rounds; round += 1) {
      await fixture.run(chaos.random.integer(500, 2500));
      fixture.plane('api').kill('SIGKILL');
      await fixture.plane('api').exited;
      await fixture.untilReady('api');
    }
    const healedAt = performance.now();
    const { connections } = fixture.messages.history();
    must(connections.length === connectionsBefore, 'connections of the data plane were lost with the API');
    // Between the commit and whatever the API would do next.
    for (let round = 0; round < (chaos.short ? 1 : 5); round += 1) {
      await revoke(fixture, `revoked-${round}`, async () => {
        setTimeout(() => fixture.plane('api').kill('SIGKILL'), chaos.random.integer(0, 10));
      });
      await fixture.untilReady('api');
    }
    chaos.note(`${rounds} kills`);
    return fixture.check({ healedAt });
  },
};
