import { eventually } from '@iotcore/testkit/faults';
import { must, type Scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** Postgres away under load, then away when the planes start. */
export const postgresStopped: Scenario = {
  id: '1',
  title: 'Postgres stopped under load, and at our start',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const world = await chaos.world();
    await world.run(1000);
    const stranger = await world.newDevice('stranger');
    const outageMs = chaos.short ? 5000 : 60_000;
    const open = openConnections(world);

    const heal = world.messages.fault();
    await world.postgres.stop();
    world.clientNamed('load:device-1').cut();
    const refused = world.client({ name: 'stranger' }, stranger);
    refused.start();
    await whileAway(world, outageMs);
    await world.postgres.start();
    heal();
    const healedAt = performance.now();

    must(openConnections(world) >= open - 1, 'sessions were closed while the database was away');
    await eventually('the stranger to be let in', () => refused.served, 10_000);
    await world.everybodyServed(10_000);
    await world.run(1000);
    await startWithoutPostgres(world);
    chaos.note(`away for ${outageMs / 1000} s`);
    return world.verdict({ healedAt });
  },
};

/** Connections that publish nothing permanent: those need no database. */
function openConnections(world: World): number {
  const indifferent = new Set([
    'load:device-2',
    'load:device-4',
    'load:device-5',
    'neighbour:registry',
    'broker-a:listener',
  ]);
  return world.messages
    .history()
    .connections.filter(({ client, closedAt }) => indifferent.has(client) && closedAt === undefined).length;
}

async function whileAway(world: World, ms: number): Promise<void> {
  const end = performance.now() + ms;
  await eventually('the API to say 503', async () => {
    const { status } = await world.api.call('GET', `/iot-devices/v1/registries/${world.tenant.registry.id}`);
    return status === 503;
  });
  // Let in from memory: its password was proven to this process before.
  await eventually('a known device to be let in', () => world.clientNamed('load:device-1').served);
  const before = world.messages.ackedCount;
  await world.run(Math.max(1000, end - performance.now()));
  must(world.messages.ackedCount > before, 'nothing was acknowledged while the database was away');
  const { refusals } = world.messages.history();
  must(
    refusals.some(({ client, code }) => client === 'stranger' && code === 3),
    'a stranger was not told to try again',
  );
}

async function startWithoutPostgres(world: World): Promise<void> {
  const heal = world.messages.fault();
  for (const plane of ['api', 'mqtt'] as const) {
    world.plane(plane).kill('SIGTERM');
    await world.plane(plane).exited;
  }
  await world.postgres.stop();
  const [api, mqtt] = [await world.launch('api'), await world.launch('mqtt')];
  await world.run(3000);
  must(api.running && mqtt.running, 'a plane gave up because the database was not there at its start');
  await world.postgres.start();
  heal();
  await Promise.all([api.ready, mqtt.ready]);
  await world.everybodyServed(10_000);
}
