import { systemClock } from '@iotcore/process';
import { openDatabase } from '@iotcore/store';
import { testDatabase } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { Tidying } from './tidying.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test('messages that waited too long are discarded, counted, and told of in the connection log of their registry', async () => {
  const database = openDatabase(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { pool } = database;
  await pool.query(`INSERT INTO registries (id, folder_id) VALUES ('r', 'f')`);
  const backlog = '{"maxBytes": 1048576, "maxAge": "60s", "replayWindow": "0s", "onFull": "DISCARD_OLDEST"}';
  await pool.query(
    `INSERT INTO exports (id, folder_id, registry_id, target, secrets, batch, concurrency, retry, backlog)
     VALUES ('e', 'f', 'r', '{"webhook":{}}', '', '{}', 1, '{}', $1)`,
    [backlog],
  );
  await pool.query(`INSERT INTO export_heads (export_id, head, bytes) VALUES ('e', 5, 2)`);
  await pool.query(`INSERT INTO export_cursors (export_id) VALUES ('e')`);
  await pool.query(
    `INSERT INTO export_chunks (export_id, position, messages, at, data)
     VALUES ('e', 0, 3, now() - interval '2 minutes', 'x'), ('e', 3, 2, now(), 'x')`,
  );
  const tidying = new Tidying({
    ...{ pool, clock: systemClock },
    failed: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(() => tidying.stop());
  const lines = async () =>
    (await pool.query('SELECT resource_id, level, reason, message FROM connection_log')).rows;
  await expect.poll(lines).toEqual([
    {
      ...{ resource_id: 'r', level: 'WARN', reason: 'export messages discarded' },
      message: 'export: "e", beyond backlog.maxAge or maxBytes, messages discarded: 3',
    },
  ]);
  const { rows } = await pool.query('SELECT position::int, discarded::int FROM export_cursors');
  expect(rows).toEqual([{ position: 3, discarded: 3 }]);
});
