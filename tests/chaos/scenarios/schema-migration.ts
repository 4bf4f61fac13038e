import { Child } from '@iotcore/testkit/faults';
import { type Chaos, must, type Scenario } from '../scenario.ts';
import { freePort } from '../world/free-port.ts';
import type { World } from '../world/world.ts';

/** The schema grows under live traffic; old and new processes run beside each other; the growth is taken back. */
export const schemaMigration: Scenario = {
  id: '23',
  title: 'Schema migration with live traffic, old and new version together',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const world = await chaos.world({ apiCallers: 6 });
    const before = world.messages.history().connections.length;
    await world.run(1000);
    for (const step of expand) await patiently(world, step);
    const second = await secondApi(chaos, world);
    await world.run(chaos.short ? 1000 : 10_000);
    for (const step of contract) await patiently(world, step);
    await world.run(1000);
    await second.stop();
    const failed = world.writes
      .writes()
      .flatMap(({ attempts }) => attempts.filter(({ status }) => status !== 200 && status !== undefined));
    const { connections } = world.messages.history();
    must(connections.length === before, 'clients lost their connection during a migration');
    chaos.note(`${expand.length + contract.length} steps; ${failed.length} API calls had to be repeated`);
    return world.verdict();
  },
};

/** As a release would: first what is added and may be absent, then what nobody uses any more. */
const expand = [
  'ALTER TABLE devices ADD COLUMN next_release text',
  'CREATE INDEX CONCURRENTLY devices_next_release ON devices (next_release)',
  'ALTER TABLE devices ADD CONSTRAINT next_release_short CHECK (length(next_release) < 100) NOT VALID',
  'ALTER TABLE devices VALIDATE CONSTRAINT next_release_short',
];
const contract = [
  'ALTER TABLE devices DROP CONSTRAINT next_release_short',
  'DROP INDEX CONCURRENTLY devices_next_release',
  'ALTER TABLE devices DROP COLUMN next_release',
];

/** A step that cannot have its lock within 2 s lets the traffic pass, and tries again. */
async function patiently(world: World, step: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await world.session(async (query) => {
        await query(`SET lock_timeout = '2s'`);
        await query(step);
      });
      return;
    } catch (error) {
      must(attempt < 10, `${step}: ${error}`);
      await world.run(200);
    }
  }
}

/** Another release beside the first: it applies its migrations at its start, while the first is at work. */
async function secondApi(chaos: Chaos, world: World): Promise<Child> {
  const child = new Child({
    name: 'second api',
    script: ['apps/api/src/main.ts'],
    env: {
      IOT_DATA_DIR: world.dataDir,
      DATABASE_URL: world.postgres.url,
      IOT_API_PORT: String(await freePort()),
      IOT_SAMPLE: 'off',
      IOT_LOG_LEVEL: 'warn',
    },
  });
  chaos.cleanup(() => child.stop());
  await child.ready;
  return child;
}
