/** Messages become rows of a table: each in effect once, whatever is repeated. */
import { openDatabase } from '@iotcore/store';
import { fullTest, startPostgres } from '@iotcore/testkit';
import { beforeAll, expect } from 'vitest';
import { ExportFixture, exportingInstallation } from './support/exports.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const installation = exportingInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

fullTest(
  'each message is a row, once, also if it is sent again; JSON can be asked for by its fields',
  async () => {
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
    // JSON that jsonb does not hold: a row without data, and no dead letter.
    const odd = ['"\\u0000"', '"\\ud800"', '"\\udc00x"', '1e200000', '"\\ud83d\\ude00"'];
    for (const json of odd) await session.publish(fixture.topic, json);
    await session.end();
    await handle.drained();
    await handle.do('replay', { position: '0' });
    await handle.drained();

    const database = openDatabase(postgres.url('postgres'), { logger: quiet, poolSize: 1 });
    try {
      const { rows } = await database.pool.query(
        `SELECT (data ->> 'n')::int AS n, source, device_id, topic FROM telemetry WHERE data ? 'n' ORDER BY n`,
      );
      const own = { source: fixture.registry.id, device_id: fixture.device.id, topic: fixture.topic };
      expect(rows).toEqual(Array.from({ length: 50 }, (_, n) => ({ n, ...own })));
      const { rows: others } = await database.pool.query(
        `SELECT payload, data FROM telemetry WHERE payload <> 'in force?' AND NOT coalesce(data ? 'n', false) ORDER BY payload`,
      );
      const expected = [
        { payload: Buffer.from([0xff, 0]), data: null },
        ...odd.map((json) => ({
          payload: Buffer.from(json),
          data: json === odd.at(-1) ? '\u{1f600}' : null,
        })),
      ];
      expect(others).toEqual(expected.toSorted((a, b) => a.payload.compare(b.payload)));
      await database.pool.query('DROP TABLE telemetry');
    } finally {
      await database.close();
    }

    // Gone after the connection was made: somebody must set it right, and the message is kept.
    const other = await fixture.device.connect();
    await other.publish(fixture.topic, '{"n": 99}');
    await expect
      .poll(async () => (await handle.state()).state, { interval: 50 })
      .toMatch(/MISCONFIGURED|IDLE/);
    await handle.drained();
    expect(await handle.state()).toMatchObject({ deadLetters: '0', discarded: '0' });
  },
);
