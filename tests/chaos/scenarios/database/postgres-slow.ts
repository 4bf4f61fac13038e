import { type Database, openDatabase } from '@iotcore/store';
import { FaultProxy } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { Postgres } from '../../fixture/postgres.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** Tables locked for long, then a database that takes its time for every answer. */
export const postgresSlow: Scenario = {
  id: '2',
  title: 'Postgres slow, or its tables locked',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const proxies: FaultProxy[] = [];
    const fixture = await chaos.fixture({
      databaseUrl: async (_plane, postgres) => {
        const proxy = await FaultProxy.start(postgres.port);
        chaos.cleanup(() => proxy.close());
        proxies.push(proxy);
        return postgres.urlVia(proxy.port);
      },
    });
    await fixture.run(2000);
    const usual = await lagMs(fixture);
    const connectionsBefore = fixture.messages.history().connections.length;

    const heal = fixture.messages.fault();
    await lockTables(fixture, chaos.short ? 7000 : 30_000);
    for (const proxy of proxies) proxy.set('down', { delayMs: 300 });
    await fixture.run(chaos.short ? 3000 : 20_000);
    const slow = await lagMs(fixture);
    for (const proxy of proxies) proxy.heal();
    heal();
    const healedAt = performance.now();

    await fixture.run(2000);
    const { connections } = fixture.messages.history();
    must(
      connections.length === connectionsBefore,
      'clients lost their connection because the database was slow',
    );
    const allowed = Math.max(200, 3 * usual);
    must(slow <= allowed, `the event loop of the data plane lagged ${slow} ms`);
    chaos.note(`event loop lag at most ${slow.toFixed(0)} ms (${usual.toFixed(0)} ms before)`);
    return fixture.check({ healedAt });
  },
};

/** The longest since it was asked before, ms. */
async function lagMs(fixture: Fixture): Promise<number> {
  return 1000 * (await fixture.metric('nodejs_eventloop_lag_max_seconds'));
}

async function lockTables(fixture: Fixture, ms: number): Promise<void> {
  await fixture.session(async (query) => {
    await query('SET idle_in_transaction_session_timeout = 0');
    await query('BEGIN');
    await query(
      'LOCK TABLE devices, topic_aliases, passwords, certificates, permanent_messages IN ACCESS EXCLUSIVE MODE',
    );
    await fixture.run(ms);
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
    const fixture = await chaos.fixture({ postgres: await smallPostgres(chaos) });
    await fixture.run(1000);
    const heal = fixture.messages.fault();
    const hogs = await takeAllSlots(chaos, fixture);
    await fixture.run(chaos.short ? 3000 : 20_000);
    const { status } = await fixture.api.call(
      'GET',
      `/iot-devices/v1/registries/${fixture.tenant.registry.id}`,
    );
    must(status === 503, `the API answered ${status} without a connection to its database`);
    await hogs.release();
    heal();
    const healedAt = performance.now();
    await fixture.run(3000);
    const [held] = await fixture.sql<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'iotcore%' AND application_name <> 'iotcore chaos'`,
    );
    must(Number(held?.count) <= 22, `the planes hold ${held?.count} connections: some have leaked`);
    chaos.note(`${hogs.taken} slots taken, ${held?.count} connections of the planes afterwards`);
    return fixture.check({ healedAt });
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

async function takeAllSlots(chaos: Chaos, fixture: Fixture) {
  const options = { logger: quiet, poolSize: 60, applicationName: 'iotcore chaos' };
  const database = openDatabase(fixture.postgres.url, options);
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
