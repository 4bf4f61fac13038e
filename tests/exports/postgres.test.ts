/** Messages become rows of a table: each in effect once, whatever is repeated. */
import { openDatabase } from '@iotcore/store';
import { sharedInstallation, startPostgres } from '@iotcore/testkit';
import { beforeAll, expect, test } from 'vitest';
import { allowed, ExportFixture } from './support/exports.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const installation = sharedInstallation({ programs: ['api', 'mqtt', 'export'], env: allowed });
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

test('each message is a row, once, also if it is sent again; JSON can be asked for by its fields', async () => {
  const postgres = await startPostgres();
  const url = new URL(postgres.url('postgres'));
  const { password } = url;
  url.password = '';
  const target = {
    postgres: { url: url.href, password, table: 'telemetry', createTable: true, tls: 'DISABLE' },
  };
  const handle = await fixture.create({ target });
  await fixture.inForce(handle);
  const session = await fixture.device.connect();
  for (let n = 0; n < 50; n += 1) await session.publish(fixture.topic, JSON.stringify({ n }));
  await session.publish(fixture.topic, Buffer.from([0xff, 0]));
  await session.end();
  await handle.drained();
  await handle.do('replay', { position: '0' });
  await handle.drained();

  const database = openDatabase(postgres.url('postgres'), { logger: quiet, poolSize: 1 });
  try {
    const { rows } = await database.pool.query(
      `SELECT (data ->> 'n')::int AS n, source, device_id, topic FROM telemetry WHERE data IS NOT NULL ORDER BY n`,
    );
    const own = { source: fixture.registry.id, device_id: fixture.device.id, topic: fixture.topic };
    expect(rows).toEqual(Array.from({ length: 50 }, (_, n) => ({ n, ...own })));
    const { rows: others } = await database.pool.query(
      `SELECT payload FROM telemetry WHERE data IS NULL AND payload <> 'in force?'`,
    );
    expect(others).toEqual([{ payload: Buffer.from([0xff, 0]) }]);
    await database.pool.query('DROP TABLE telemetry');
  } finally {
    await database.close();
  }

  // Gone after the connection was made: somebody must set it right, and the message is kept.
  const other = await fixture.device.connect();
  await other.publish(fixture.topic, '{"n": 99}');
  await expect.poll(async () => (await handle.state()).state, { interval: 50 }).toMatch(/MISCONFIGURED|IDLE/);
  await handle.drained();
  expect(await handle.state()).toMatchObject({ deadLetters: '0', discarded: '0' });
});
