import { findFreePort } from '@iotcore/process';
import { Child } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** The schema grows under live traffic; old and new processes run beside each other; the growth is taken back. */
export const schemaMigration: Scenario = {
  id: '23',
  title: 'Schema migration with live traffic, old and new version together',
  short: false,
  maxRecoverySeconds: 10,
  async run(chaos) {
    const fixture = await chaos.fixture({ apiCallers: 6 });
    const before = fixture.messages.history().connections.length;
    await fixture.run(1000);
    for (const step of expand) await patiently(fixture, step);
    const second = await secondApi(chaos, fixture);
    await fixture.run(chaos.short ? 1000 : 10_000);
    for (const step of contract) await patiently(fixture, step);
    await fixture.run(1000);
    await second.stop();
    const failed = fixture.writes
      .writes()
      .flatMap(({ attempts }) => attempts.filter(({ status }) => status !== 200 && status !== undefined));
    const { connections } = fixture.messages.history();
    must(connections.length === before, 'clients lost their connection during a migration');
    chaos.note(`${expand.length + contract.length} steps; ${failed.length} API calls had to be repeated`);
    return fixture.check();
  },
};

/** In the order of releases: the first adds what may be absent, the next drops what is no longer used. */
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
async function patiently(fixture: Fixture, step: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fixture.session(async (query) => {
        await query(`SET lock_timeout = '2s'`);
        await query(step);
      });
      return;
    } catch (error) {
      must(attempt < 10, `${step}: ${error}`);
      await fixture.run(200);
    }
  }
}

/** Another release beside the first: it applies its migrations at its start, while the first is at work. */
async function secondApi(chaos: Chaos, fixture: Fixture): Promise<Child> {
  const child = new Child({
    name: 'second api',
    script: ['apps/api/src/main.ts'],
    env: {
      IOT_DATA_DIR: fixture.dataDir,
      DATABASE_URL: fixture.postgres.url,
      IOT_API_PORT: String(await findFreePort()),
      IOT_SAMPLE: 'off',
      IOT_LOG_LEVEL: 'warn',
    },
  });
  chaos.cleanup(() => child.stop());
  await child.ready;
  return child;
}
