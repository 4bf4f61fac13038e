import { type Database, openDatabase } from '@iotcore/store';
import { FaultProxy } from '@iotcore/testkit/faults';
import { type Chaos, must, type Scenario } from '../scenario.ts';
import { Postgres } from '../world/postgres.ts';
import type { World } from '../world/world.ts';

/** Tables locked for long, then a database that takes its time for every answer. */
export const postgresSlow: Scenario = {
  id: '2',
  title: 'Postgres slow, or its tables locked',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const proxies: FaultProxy[] = [];
    const world = await chaos.world({
      databaseUrl: async (_plane, postgres) => {
        const proxy = await FaultProxy.start(postgres.port);
        chaos.cleanup(() => proxy.close());
        proxies.push(proxy);
        return postgres.urlVia(proxy.port);
      },
    });
    await world.run(2000);
    const usual = await lagMs(world);
    const connectionsBefore = world.messages.history().connections.length;

    const heal = world.messages.fault();
    await lockTables(world, chaos.short ? 7000 : 30_000);
    for (const proxy of proxies) proxy.set('down', { delayMs: 300 });
    await world.run(chaos.short ? 3000 : 20_000);
    const slow = await lagMs(world);
    for (const proxy of proxies) proxy.heal();
    heal();
    const healedAt = performance.now();

    await world.run(2000);
    const { connections } = world.messages.history();
    must(
      connections.length === connectionsBefore,
      'clients lost their connection because the database was slow',
    );
    const allowed = Math.max(200, 3 * usual);
    must(slow <= allowed, `the event loop of the data plane lagged ${slow} ms`);
    chaos.note(`event loop lag at most ${slow.toFixed(0)} ms (${usual.toFixed(0)} ms before)`);
    return world.verdict({ healedAt });
  },
};

/** The longest since it was asked before, ms. */
async function lagMs(world: World): Promise<number> {
  return 1000 * (await world.metric('nodejs_eventloop_lag_max_seconds'));
}

async function lockTables(world: World, ms: number): Promise<void> {
  await world.session(async (query) => {
    await query('SET idle_in_transaction_session_timeout = 0');
    await query('BEGIN');
    await query(
      'LOCK TABLE devices, topic_aliases, passwords, certificates, permanent_messages IN ACCESS EXCLUSIVE MODE',
    );
    await world.run(ms);
    await query('COMMIT');
  });
}

/** Idle connections take every slot that Postgres has; those of the service are ended and find no other. */
export const slotsExhausted: Scenario = {
  id: '5',
  title: 'Connection slots of Postgres exhausted',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const world = await chaos.world({ postgres: await smallPostgres(chaos) });
    await world.run(1000);
    const heal = world.messages.fault();
    const hogs = await takeAllSlots(chaos, world);
    await world.run(chaos.short ? 3000 : 20_000);
    const { status } = await world.api.call('GET', `/iot-devices/v1/registries/${world.tenant.registry.id}`);
    must(status === 503, `the API answered ${status} without a connection to its database`);
    await hogs.release();
    heal();
    const healedAt = performance.now();
    await world.run(3000);
    const [held] = await world.sql<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'iotcore%' AND application_name <> 'iotcore chaos'`,
    );
    must(Number(held?.count) <= 22, `the planes hold ${held?.count} connections: some have leaked`);
    chaos.note(`${hogs.taken} slots taken, ${held?.count} connections of the planes afterwards`);
    return world.verdict({ healedAt });
  },
};

async function smallPostgres(chaos: Chaos) {
  const settings = { max_connections: 40 };
  const postgres = await Postgres.create({ folder: await chaos.folder(), settings });
  chaos.cleanup(() => postgres.kill());
  return postgres;
}

/** A connection that is held and not used. */
interface Hog {
  query(text: string): Promise<{ rowCount: number | null }>;
  on(event: 'error', listener: () => void): unknown;
  release(): void;
}

async function takeAllSlots(chaos: Chaos, world: World) {
  const options = { logger: quiet, poolSize: 60, applicationName: 'iotcore chaos' };
  const database = openDatabase(world.postgres.url, options);
  const hogs: Hog[] = [];
  let closing: Promise<void> | undefined;
  const release = () => {
    for (const hog of hogs.splice(0)) hog.release();
    closing ??= database.close();
    return closing;
  };
  chaos.cleanup(release);
  // A plane that was quicker than the hogs loses its connection again.
  for (let held = 1; held > 0; ) {
    await takeFree(database, hogs);
    const ended = await hogs[0]?.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'iotcore%' AND application_name <> 'iotcore chaos'`,
    );
    held = ended?.rowCount ?? 0;
  }
  await takeFree(database, hogs);
  return { taken: hogs.length, release };
}

async function takeFree(database: Database, hogs: Hog[]): Promise<void> {
  for (;;) {
    const hog = await database.pool.connect().catch(() => undefined);
    if (!hog) return;
    // The Postgres may end before it does.
    hog.on('error', () => undefined);
    hogs.push(hog);
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
