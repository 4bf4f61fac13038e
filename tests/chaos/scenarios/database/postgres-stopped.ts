import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { must, type Scenario } from '../../scenario.ts';

/** Postgres away under load, then away when the planes start. */
export const postgresStopped: Scenario = {
  id: '1',
  title: 'Postgres stopped under load, and at our start',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const fixture = await chaos.fixture();
    await fixture.run(1000);
    const stranger = await fixture.newDevice('stranger');
    const outageMs = chaos.short ? 5000 : 60_000;
    const open = openConnections(fixture);

    const heal = fixture.messages.fault();
    await fixture.postgres.stop();
    fixture.clientNamed('load:device-1').cut();
    const refused = fixture.client({ name: 'stranger' }, stranger);
    refused.start();
    await whileAway(fixture, outageMs);
    await fixture.postgres.start();
    heal();
    const healedAt = performance.now();

    must(openConnections(fixture) >= open - 1, 'sessions were closed while the database was away');
    await eventually('the stranger to be let in', () => refused.served, 10_000);
    await fixture.everybodyServed(10_000);
    await fixture.run(1000);
    await startWithoutPostgres(fixture);
    chaos.note(`away for ${outageMs / 1000} s`);
    return fixture.check({ healedAt });
  },
};

/** Connections that publish nothing permanent: those need no database. */
function openConnections(fixture: Fixture): number {
  const indifferent = new Set([
    'load:device-2',
    'load:device-4',
    'load:device-5',
    'neighbour:registry',
    'broker-a:listener',
  ]);
  return fixture.messages
    .history()
    .connections.filter(({ client, closedAt }) => indifferent.has(client) && closedAt === undefined).length;
}

async function whileAway(fixture: Fixture, ms: number): Promise<void> {
  const end = performance.now() + ms;
  await eventually('the API to say 503', async () => {
    const { status } = await fixture.api.call(
      'GET',
      `/iot-devices/v1/registries/${fixture.tenant.registry.id}`,
    );
    return status === 503;
  });
  // Let in from memory: its password was proven to this process before.
  await eventually('a known device to be let in', () => fixture.clientNamed('load:device-1').served);
  const before = fixture.messages.ackedCount;
  await fixture.run(Math.max(1000, end - performance.now()));
  must(fixture.messages.ackedCount > before, 'nothing was acknowledged while the database was away');
  const { refusals } = fixture.messages.history();
  must(
    refusals.some(({ client, code }) => client === 'stranger' && code === 3),
    'a stranger was not told to try again',
  );
}

async function startWithoutPostgres(fixture: Fixture): Promise<void> {
  const heal = fixture.messages.fault();
  for (const plane of ['api', 'mqtt'] as const) {
    fixture.plane(plane).kill('SIGTERM');
    await fixture.plane(plane).exited;
  }
  await fixture.postgres.stop();
  const [api, mqtt] = [await fixture.launch('api'), await fixture.launch('mqtt')];
  await fixture.run(3000);
  must(api.running && mqtt.running, 'a plane gave up because the database was not there at its start');
  await fixture.postgres.start();
  heal();
  await Promise.all([api.ready, mqtt.ready]);
  await fixture.everybodyServed(10_000);
}
