import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** A new device that publishes, whose password is deleted while `during` happens. */
export async function revoke(
  fixture: Fixture,
  name: string,
  during: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const login = await fixture.newDevice(name);
  const topic = `$devices/${login.id}/events`;
  const client = fixture.client({ name }, login);
  fixture.messages.alsoHears('load:registry', topic);
  client.start();
  await eventually('the device to be served', () => client.served);
  client.publish(topic);
  await eventually('its first acknowledgement', () => client.unacked === 0);
  // It goes on for as long as it is let.
  const publishing = setInterval(() => client.unacked < 20 && client.publish(topic), 50);
  await during();
  await untilDeleted(fixture, `/iot-devices/v1/devices/${login.id}/passwords/${login.passwordId}`);
  fixture.messages.revoked(name);
  await fixture.run(2500);
  clearInterval(publishing);
  client.stop();
}

/** Repeated while the API is away; a repetition may find it done. */
async function untilDeleted(fixture: Fixture, path: string): Promise<void> {
  await eventually(
    'the password to be deleted',
    async () => {
      const { status } = await fixture.api.call('DELETE', path);
      return status === 200 || status === 404;
    },
    30_000,
  );
}

/** The connection that carries notifications is lost just when a password is deleted: NOTIFY keeps nothing. */
export const changeEventLost: Scenario = {
  id: '22',
  title: 'Credential revoked while the change event is lost',
  short: true,
  maxRecoverySeconds: 5,
  async run(chaos) {
    const fixture = await chaos.fixture({ apiCallers: 1 });
    const rounds = chaos.short ? 1 : 8;
    for (let round = 0; round < rounds; round += 1) {
      await revoke(fixture, `revoked-${round}`, () => loseListeners(fixture, chaos));
    }
    await loseNotifications(fixture);
    await revoke(fixture, 'revoked-unannounced');
    chaos.note(`${rounds} lost connections, 1 deletion that nothing announced`);
    return fixture.check();
  },
};

/** Ends the connections on which the planes listen for notifications. */
async function loseListeners(fixture: Fixture, chaos: Chaos): Promise<void> {
  const ended = await fixture.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iotcore changes'`,
  );
  must(ended.length >= 1, 'nobody listened for changes');
  // Sometimes the deletion comes before the planes are back, sometimes while they connect again.
  await fixture.run(chaos.random.integer(0, 60));
}

/** From now on changes are written, but no process is notified of them. */
async function loseNotifications(fixture: Fixture): Promise<void> {
  const triggers = await fixture.sql<{ name: string; definition: string }>(
    `SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS definition
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = 'public' AND p.prosrc ILIKE '%pg_notify%'`,
  );
  must(triggers.length >= 1, 'no function of the database notifies');
  for (const { definition } of triggers) await fixture.sql(definition.replaceAll(/pg_notify\(/gi, 'concat('));
}
