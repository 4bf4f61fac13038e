import { eventually, startPostgres, testDatabase } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../database/open-database.ts';
import { migrate } from '../migrations/migrate.ts';
import type { Change } from './change.ts';
import { ChangeFeed } from './change-feed.ts';
import { currentPosition, pruneChanges, readChanges } from './read-changes.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let url: string;
let pool: Database['pool'];
beforeEach(async () => {
  url = await testDatabase();
  const database = openDatabase(url, { logger: quiet });
  onTestFinished(() => database.close());
  pool = database.pool;
});

class Told {
  readonly all: string[] = [];
  readonly listener = {
    changed: (changes: readonly Change[]) => {
      this.all.push(...changes.map(({ kind, key }) => `${kind} ${key}`));
    },
    missed: () => {
      this.all.push('missed');
    },
  };

  async until(told: string): Promise<void> {
    await eventually(`to be told '${told}'`, () => this.all.includes(told));
  }
}

async function follow(pollIntervalMs = 60_000): Promise<{ told: Told; feed: ChangeFeed }> {
  const told = new Told();
  const feed = new ChangeFeed(url, { logger: quiet, listener: told.listener, pollIntervalMs });
  onTestFinished(() => feed.stop());
  await feed.start();
  return { told, feed };
}

const write = (key: string, client: Pick<Database['pool'], 'query'> = pool) =>
  client.query(`INSERT INTO changes (kind, key) VALUES ('device', $1)`, [key]);
const announce = () => pool.query('NOTIFY iotcore_changes');

/** Given back with the test. */
async function connection() {
  const client = await pool.connect();
  onTestFinished(() => client.release());
  return client;
}

async function transaction() {
  const client = await connection();
  await client.query('BEGIN');
  return client;
}

describe('reading without gaps', () => {
  test('what commits after something younger was read is told, in one piece and once', async () => {
    const { told } = await follow();
    const slow = await transaction();
    await write('slow 1', slow);
    await write('quick');
    await announce();
    await told.until('device quick');
    await write('slow 2', slow);
    await slow.query('COMMIT');
    await announce();
    await told.until('device slow 2');
    expect(told.all).toEqual(['device quick', 'device slow 1', 'device slow 2']);
  });

  test('what is rolled back, and what was there before, is never told', async () => {
    await write('before');
    const { told } = await follow();
    const undone = await transaction();
    await write('undone', undone);
    await undone.query('ROLLBACK');
    await write('after');
    await announce();
    await told.until('device after');
    expect(told.all).toEqual(['device after']);
  });

  test('many writers at once: everything is told once', async () => {
    const { told } = await follow();
    const keys = Array.from({ length: 300 }, (_, number) => `${number}`);
    await Promise.all(keys.map((key) => write(key).then(announce)));
    await write('last');
    await announce();
    await told.until('device last');
    expect([...told.all].sort()).toEqual([...keys, 'last'].map((key) => `device ${key}`).sort());
  });

  test('what was deleted is told as gone, what was changed is not', async () => {
    await pool.query(`INSERT INTO registries (id, folder_id) VALUES ('r1', 'f1'), ('r2', 'f1')`);
    const client = await connection();
    const since = await currentPosition(client);
    await pool.query(`UPDATE registries SET status = 'DISABLED' WHERE id = 'r1'`);
    await pool.query(`DELETE FROM registries WHERE id = 'r2'`);
    expect((await readChanges(client, since)).changes).toEqual([
      { kind: 'registry', key: 'r1' },
      { kind: 'registry', key: 'r2', gone: true },
    ]);
  });

  test('a change that nobody announced is found by the poll', async () => {
    const { told } = await follow(50);
    await write('silent');
    await told.until('device silent');
  });
});

describe('a feed that was away', () => {
  const cut = () =>
    pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'iotcore changes'`);

  test('reads on from where it was', async () => {
    const { told } = await follow();
    await write('first');
    await announce();
    await told.until('device first');
    await cut();
    await write('meanwhile');
    await told.until('device meanwhile');
    expect(told.all).toEqual(['device first', 'device meanwhile']);
  });

  test('says how far behind it may be', async () => {
    const feed = new ChangeFeed(url, { logger: quiet, listener: new Told().listener });
    expect(feed.behindMs).toBe(Number.POSITIVE_INFINITY);
    onTestFinished(() => feed.stop());
    await feed.start();
    expect(feed.behindMs).toBeLessThan(60_000);
  });

  test('can be stopped before it has ever reached the database', async () => {
    const feed = new ChangeFeed('postgresql://postgres@127.0.0.1:1/x', {
      logger: quiet,
      listener: new Told().listener,
    });
    const started = feed.start();
    await feed.stop();
    await started;
    expect(feed.behindMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('changes that cannot be told one by one', () => {
  test('because they were pruned: the feed says that it missed some', async () => {
    const client = await connection();
    const position = await currentPosition(client);
    await write('pruned');
    // Other tests of the run write to the same server, and pruning waits for what is older than it.
    await eventually('the pruning', async () => {
      await pruneChanges(client, 0);
      return (await readChanges(client, position)).missed;
    });
    expect((await readChanges(client, position)).changes).toEqual([]);
  });

  test('because they are too many', async () => {
    const { told } = await follow();
    await pool.query(
      `INSERT INTO changes (kind, key) SELECT 'device', n::text FROM generate_series(1, 10001) n`,
    );
    await announce();
    await told.until('missed');
    expect(told.all).toEqual(['missed']);
  });

  test('because the database is older than before: it was restored', async () => {
    const client = await connection();
    expect(await readChanges(client, '999999999:999999999:')).toMatchObject({ missed: true });
  });
});

describe('pruning', () => {
  /** A server of its own: open transactions of other tests would hold the pruning back. */
  beforeEach(async () => {
    const postgres = await startPostgres();
    url = postgres.url('postgres');
    await migrate(url, quiet);
    const database = openDatabase(url, { logger: quiet });
    onTestFinished(() => database.close());
    pool = database.pool;
  });

  test('is no loss to a reader that has seen what it removes', async () => {
    const client = await connection();
    await write('seen');
    const position = await currentPosition(client);
    await pruneChanges(client, 0);
    await write('new');
    const { changes, missed } = await readChanges(client, position);
    expect({ changes, missed }).toEqual({ changes: [{ kind: 'device', key: 'new' }], missed: false });
    const { rows } = await pool.query(`SELECT key FROM changes WHERE kind <> 'pruned'`);
    expect(rows).toEqual([{ key: 'new' }]);
  });

  test('keeps what is younger than a transaction that is still open', async () => {
    const client = await connection();
    const open = await transaction();
    await write('open', open);
    const position = await currentPosition(client);
    await write('younger');
    await pruneChanges(client, 0);
    await open.query('COMMIT');
    const { changes, missed } = await readChanges(client, position);
    expect(missed).toBe(false);
    expect(changes.map(({ key }) => key)).toEqual(['open', 'younger']);
  });
});

test('a listener that throws does not end the feed', async () => {
  const told = new Told();
  const listener = {
    ...told.listener,
    changed: (changes: readonly Change[]) => {
      told.listener.changed(changes);
      throw new Error('of the listener');
    },
  };
  const feed = new ChangeFeed(url, { logger: quiet, listener });
  onTestFinished(() => feed.stop());
  await feed.start();
  await write('one');
  await announce();
  await told.until('device one');
  await write('two');
  await announce();
  await told.until('device two');
});

describe('the triggers', () => {
  const setup = `
    INSERT INTO registries (id, folder_id) VALUES ('r', 'f');
    INSERT INTO brokers (id, folder_id) VALUES ('b', 'f');
    INSERT INTO devices (id, registry_id, folder_id) VALUES ('d', 'r', 'f'), ('d2', 'r', 'f');
    INSERT INTO passwords (id, hash, device_id) VALUES ('p', 'h', 'd');
    INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, device_id)
      VALUES ('\\x0aff', 'f', 'p', now(), now(), 'd');
    INSERT INTO topic_aliases (registry_id, alias, device_id, prefix) VALUES ('r', 'a/', 'd', 'x');
    INSERT INTO service_accounts (id, folder_id, name) VALUES ('s', 'f', 'n');
    INSERT INTO api_keys (id, service_account_id, secret_sha256) VALUES ('k', 's', '\\x01');`;

  test.each([
    [`UPDATE registries SET status = 'DISABLED'`, ['registry r']],
    [`UPDATE registries SET log_options = '{}'`, ['registry r']],
    [`UPDATE registries SET description = 'new', name = 'n'`, []],
    [`UPDATE devices SET description = 'new' WHERE id = 'd'`, []],
    [`UPDATE devices SET status = 'DELETING' WHERE id = 'd'`, ['device d']],
    [`DELETE FROM devices WHERE id = 'd'`, ['alias d', 'certificate 0aff', 'device d', 'password p']],
    [`DELETE FROM brokers`, ['broker b']],
    [`DELETE FROM passwords`, ['password p']],
    [`DELETE FROM certificates`, ['certificate 0aff']],
    [`UPDATE topic_aliases SET prefix = 'y'`, ['alias d']],
    [`UPDATE topic_aliases SET device_id = 'd2'`, ['alias d', 'alias d2']],
    [`DELETE FROM api_keys`, ['account s']],
    [`DELETE FROM service_accounts`, ['account s', 'account s']],
    [
      `INSERT INTO role_bindings (id, service_account_id, folder_id, role) VALUES ('x', 's', '*', 'admin')`,
      ['account s'],
    ],
    [`INSERT INTO signing_keys (kid, jwk) VALUES ('k1', '{}')`, ['signing-key k1']],
  ])('%s', async (sql, expected) => {
    await pool.query(setup);
    const { told } = await follow();
    await pool.query(sql);
    await pool.query(`INSERT INTO changes (kind, key) VALUES ('device', 'end'); NOTIFY iotcore_changes`);
    await told.until('device end');
    expect(told.all.filter((one) => one !== 'device end').sort()).toEqual(expected);
  });
});
