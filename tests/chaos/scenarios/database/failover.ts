import { eventually, FaultProxy } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { Postgres } from '../../fixture/postgres.ts';
import { lacks, obtain } from '../../fixture/tools.ts';
import type { Chaos, Scenario } from '../../scenario.ts';

const binaries = '/usr/lib/postgresql/*/bin';

/** kill -9 of the primary; its synchronous standby is promoted, and the address leads there. */
export const failover: Scenario = {
  id: '3',
  title: 'Postgres failover to a synchronous standby (Debian’s PostgreSQL)',
  short: false,
  maxRecoverySeconds: 10,
  obstacle: async () => lacks(`${binaries}/pg_basebackup`, 'postgresql'),
  async run(chaos) {
    const primary = await Postgres.create({
      folder: await chaos.folder(),
      binaries: obtain(binaries, 'postgresql') ?? '',
      settings: { wal_level: 'replica', max_wal_senders: 5 },
    });
    chaos.cleanup(() => primary.kill());
    const proxy = await FaultProxy.start(primary.port);
    chaos.cleanup(() => proxy.close());
    const fixture = await chaos.fixture({
      apiCallers: 8,
      postgres: primary,
      databaseUrl: (_plane, postgres) => postgres.urlVia(proxy.port),
    });
    const standby = await attach(chaos, fixture, primary);
    await fixture.run(chaos.short ? 2000 : 10_000);

    const heal = fixture.messages.fault();
    await primary.kill();
    proxy.cutAll();
    standby.run('pg_ctl', ['promote', '-D', standby.dataFolder, '-w']);
    proxy.retarget(standby.port);
    fixture.moveTo(standby);
    heal();
    const healedAt = performance.now();
    await fixture.run(5000);
    return fixture.check({ healedAt });
  },
};

/** From here on nothing is answered 2xx before the standby has it. */
async function attach(chaos: Chaos, fixture: Fixture, primary: Postgres): Promise<Postgres> {
  const standby = await primary.standby(await chaos.folder());
  await standby.start();
  chaos.cleanup(() => standby.kill());
  await fixture.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await fixture.sql('SELECT pg_reload_conf()');
  await eventually('the standby to be synchronous', async () => {
    const rows = await fixture.sql(`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`);
    return rows.length === 1;
  });
  return standby;
}
