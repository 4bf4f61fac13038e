import { eventually, FaultProxy } from '@iotcore/testkit/faults';
import type { Chaos, Scenario } from '../scenario.ts';
import { Postgres } from '../world/postgres.ts';
import { lacks, obtain } from '../world/tools.ts';
import type { World } from '../world/world.ts';

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
    const world = await chaos.world({
      apiCallers: 8,
      postgres: primary,
      databaseUrl: (_plane, postgres) => postgres.urlVia(proxy.port),
    });
    const standby = await attach(chaos, world, primary);
    await world.run(chaos.short ? 2000 : 10_000);

    const heal = world.messages.fault();
    await primary.kill();
    proxy.cutAll();
    standby.run('pg_ctl', ['promote', '-D', standby.dataFolder, '-w']);
    proxy.retarget(standby.port);
    world.moveTo(standby);
    heal();
    const healedAt = performance.now();
    await world.run(5000);
    return world.verdict({ healedAt });
  },
};

/** From here on nothing is answered 2xx before the standby has it. */
async function attach(chaos: Chaos, world: World, primary: Postgres): Promise<Postgres> {
  const standby = await primary.standby(await chaos.folder());
  await standby.start();
  chaos.cleanup(() => standby.kill());
  await world.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await world.sql('SELECT pg_reload_conf()');
  await eventually('the standby to be synchronous', async () => {
    const rows = await world.sql(`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`);
    return rows.length === 1;
  });
  return standby;
}
