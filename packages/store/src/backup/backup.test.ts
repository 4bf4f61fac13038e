import { createHash, randomBytes } from 'node:crypto';
import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma, type PrismaDatabase } from '../database/open-prisma.ts';
import { migrate } from '../migrations/migrate.ts';
import { readMigrations } from '../migrations/migration-files.ts';
import { archiveVersion } from './archive-text.ts';
import { checkBackup } from './check-backup.ts';
import { DamagedArchiveError, RestoreRefusedError } from './errors.ts';
import { restoreBackup } from './restore-backup.ts';
import { excludedTables } from './tables.ts';
import { type BackupOptions, writeBackup } from './write-backup.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function newDatabase(): Promise<PrismaDatabase & { url: string }> {
  const url = await testDatabase();
  const database = openPrisma(url, { logger: quiet });
  onTestFinished(() => database.close());
  return { ...database, url };
}

async function archiveOf(
  url: string,
  files: Parameters<typeof writeBackup>[1] = [],
  options: BackupOptions = {},
): Promise<string> {
  let text = '';
  const write = async (lines: AsyncIterable<string>) => {
    for await (const some of lines) text += some;
  };
  await writeBackup(url, files, write, options);
  return text;
}

async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function restore(url: string, archive: string, beforeCommit = async () => {}) {
  const checked = await checkBackup(pieces(archive));
  return restoreBackup(url, checked, pieces(archive, 4096), { logger: quiet, beforeCommit });
}

/** Every row of every table that is in archives, in no order. */
async function contents({ pool }: PrismaDatabase): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const all: Record<string, string[]> = {};
  for (const { name } of tables.filter((table) => !excludedTables.has(table.name))) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
    all[name] = rows.map(({ row }) => row).sort();
  }
  return all;
}

/** Values that are easily lost on the way: NULL and the JSON null, every byte, line ends, microseconds, big numbers. */
async function fill({ prisma, pool }: PrismaDatabase): Promise<void> {
  const text = '"\\ \n\r\t\u2028 ü 𝒳 {} [] $1 \'; DROP TABLE registries --';
  await prisma.registry.create({
    data: { id: 'are1', folderId: 'f', description: text, labels: { a: text, big: 1e300 } },
  });
  await prisma.device.create({ data: { id: 'are2', registryId: 'are1', folderId: 'f', name: 'd' } });
  await prisma.topicAlias.create({
    data: { registryId: 'are1', alias: 'my/', deviceId: 'are2', prefix: '$devices/are2/' },
  });
  const topic = '$devices/are2/state';
  await prisma.permanentMessage.create({
    data: {
      ...{ registryId: 'are1', deviceId: 'are2', topic },
      topicSha256: createHash('sha256').update(topic).digest(),
      payload: Uint8Array.from({ length: 256 }, (_, byte) => byte),
      updatedAt: new Date('2026-01-02T03:04:05.678Z'),
    },
  });
  await pool.query(
    `INSERT INTO operations (id, resource_id, folder_id, description, created_by, metadata, response, created_at)
     VALUES ('o1', 'are1', 'f', '', 'me', 'null', NULL, '2026-01-02 03:04:05.678901+03'), ('o2', 'are1', 'f', '', 'me', '{"n": 12345678901234567890.10}', 'null', 'infinity')`,
  );
  await pool.query(
    `INSERT INTO connection_log (id, resource_id, level, message) VALUES (9007199254740993, 'are1', 'INFO', 'x')`,
  );
}

/** As the writer would have ended it. */
function withManifest(lines: readonly string[]): string {
  const hash = (some: readonly string[]) =>
    createHash('sha256')
      .update(some.map((line) => `${line}\n`).join(''))
      .digest('hex');
  const manifest: object[] = [];
  lines.forEach((line, first) => {
    if (first === 0 || line.startsWith('[')) return;
    const { table, file } = JSON.parse(line);
    const next = lines.findIndex((other, at) => at > first && !other.startsWith('['));
    const part = lines.slice(first, next === -1 ? undefined : next);
    const name = table === undefined ? `file ${file}` : `table ${table}`;
    manifest.push({ part: name, rows: part.length - 1, sha256: hash(part) });
  });
  return [...lines, JSON.stringify({ manifest, sha256: hash(lines) }), ''].join('\n');
}

describe('an archive is refused', () => {
  test('that lacks any part of its end, has a changed byte, or goes on, and nothing is read from it', async () => {
    const source = await newDatabase();
    await source.prisma.registry.create({ data: { id: 'are1', folderId: 'f' } });
    const archive = await archiveOf(source.url, [{ name: 'ca.key', content: Buffer.from('secret') }]);
    await expect(checkBackup(pieces(archive, 1000))).resolves.toBeDefined();
    const damaged = new Map<string, string>();
    for (let end = 0; end < archive.length; end += 1 + Math.floor(archive.length / 60))
      damaged.set(`cut at ${end}`, archive.slice(0, end));
    damaged.set('without its last line end', archive.slice(0, -1));
    for (let at = 0; at < archive.length; at += 1 + Math.floor(archive.length / 60)) {
      const other = archive[at] === '0' ? '1' : '0';
      damaged.set(`changed at ${at}`, archive.slice(0, at) + other + archive.slice(at + 1));
    }
    damaged.set(
      'a line twice',
      archive.replace(/^.*"are1".*\n/m, (line) => line + line),
    );
    damaged.set('a line less', archive.replace(/^.*"are1".*\n/m, ''));
    damaged.set('two of them', archive + archive);
    damaged.set('binary', randomBytes(1000).toString('latin1'));
    for (const [what, text] of damaged) {
      const outcome = await checkBackup(pieces(text, 1000)).then(
        () => 'accepted',
        (error: Error) => error.name,
      );
      expect(outcome, what).toMatch(/^(DamagedArchiveError|RestoreRefusedError)$/);
    }
  });

  test.each([
    ['of a newer format', { version: archiveVersion + 1, migrations: [] }, /format 2.*update/],
    [
      'of a newer schema',
      { version: archiveVersion, migrations: [{ name: '99991231235959_future', checksum: '00' }] },
      /99991231235959_future.*update/,
    ],
  ])('%s', async (_what, header, message) => {
    const archive = withManifest([JSON.stringify({ format: 'iotcore-backup', createdAt: '', ...header })]);
    await expect(checkBackup(pieces(archive))).rejects.toThrow(message);
  });

  const header = { format: 'iotcore-backup', version: archiveVersion, createdAt: '', migrations: [] };
  const table = { table: 'brokers', columns: ['id', 'folder_id'] };
  test.each<[string, unknown[]]>([
    ['no list of migrations', [{ ...header, migrations: {} }]],
    ...[null, 1, 'x', [], {}, { name: 'x' }, { name: 1, checksum: 'x' }].map((one): [string, unknown[]] => [
      `a migration ${JSON.stringify(one)}`,
      [{ ...header, migrations: [one] }],
    ]),
    ['no time', [{ ...header, createdAt: null }]],
    ['a version that is no number', [{ ...header, version: '1' }]],
    ['a second beginning', [header, header]],
    ['no beginning', [table]],
    ['rows that belong to nothing', [header, ['x']]],
    ['an object that says nothing', [header, {}]],
    ['a table without columns', [header, { table: 'brokers' }]],
    ['columns that are no list', [header, { ...table, columns: 'id' }]],
    ['columns that are no names', [header, { ...table, columns: [null] }]],
    ['no columns', [header, { ...table, columns: [] }]],
    ['a column twice', [header, { ...table, columns: ['id', 'id'] }]],
    ['a table that is a file too', [header, { ...table, file: 'ca.key' }]],
    ['a table whose name is none', [header, { ...table, table: ['brokers'] }]],
    ['a file that holds a number', [header, { file: 'ca.key' }, [1]]],
    ['a file that holds a list', [header, { file: 'ca.key' }, [[1, 2]]]],
  ])('whole in itself, but with %s', async (_what, lines) => {
    const archive = withManifest(lines.map((line) => JSON.stringify(line)));
    const outcome = await checkBackup(pieces(archive)).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(DamagedArchiveError);
  });

  test('whole in itself, but with rows that cannot be; nothing of it is left', async () => {
    const [source, target] = [await newDatabase(), await newDatabase()];
    await fill(source);
    const archive = await archiveOf(source.url);
    const before = await contents(target);
    const broker = { table: 'brokers', columns: ['id', 'folder_id'] };
    const nonsense: [RegExp, ...unknown[]][] = [
      [/no table nothing/, { table: 'nothing', columns: ['id'] }],
      [/table brokers has no column x/, { table: 'brokers', columns: ['x'] }],
      [/table brokers is in it twice/, broker, ['b', 'f'], broker],
      [/table brokers has two rows.*brokers_pkey/, broker, ['b', 'f'], ['b', 'f']],
      [/table brokers has a row that .*\(folder_id\)/, broker, ['b']],
      [/table brokers has a row that .*\(22P05\)/, broker, ['b', '\u0000']],
      [/table brokers has a row that .*22P02/, { ...broker, columns: ['id', 'status'] }, ['b', 'NONE']],
      [
        /table devices has a row that .*registry/,
        { table: 'devices', columns: ['id', 'registry_id', 'folder_id'] },
        ['d', 'none', 'f'],
      ],
      [
        /one ID to two resources: are1 \(a registry\) are in its table service_accounts/,
        { table: 'service_accounts', columns: ['id', 'folder_id', 'name'] },
        ['are1', 'f', 'x'],
        ['are5', 'f', 'y'],
      ],
    ];
    const lines = archive.trimEnd().split('\n').slice(0, -1);
    for (const [message, ...more] of nonsense) {
      // In place of the part of that table, and of all that refers to it.
      const { table: replaced } = more[0] as { table: string };
      const kept = withoutParts(lines, [
        replaced,
        'brokers',
        'devices',
        'service_accounts',
        'topic_aliases',
        'permanent_messages',
      ]);
      const changed = withManifest([...kept, ...more.map((line) => JSON.stringify(line))]);
      await expect(restore(target.url, changed)).rejects.toThrow(message);
      await expect(restore(target.url, changed)).rejects.toBeInstanceOf(RestoreRefusedError);
      expect(await contents(target)).toEqual(before);
    }
    const torn = withManifest([...lines, '["x"']);
    await expect(restore(target.url, torn)).rejects.toBeInstanceOf(DamagedArchiveError);
  });
});

function withoutParts(lines: readonly string[], names: readonly string[]): string[] {
  let isIn = true;
  return lines.filter((line) => {
    const { table } = line.startsWith('{"table"') ? JSON.parse(line) : { table: undefined };
    if (table !== undefined) isIn = !names.includes(table);
    return isIn;
  });
}

test('a database that was never prepared is not archived', async () => {
  const { url, pool } = await newDatabase();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await expect(archiveOf(url)).rejects.toThrow('holds no installation');
});

describe('a database is refused', () => {
  test('that holds a row of anything, and keeps just that', async () => {
    const [source, target] = [await newDatabase(), await newDatabase()];
    await fill(source);
    await target.prisma.serviceAccount.create({ data: { id: 'a', folderId: '*', name: 'admin' } });
    const before = await contents(target);
    await expect(restore(target.url, await archiveOf(source.url))).rejects.toThrow(
      /not empty \(service_accounts has rows\)/,
    );
    expect(await contents(target)).toEqual(before);
  });

  test('of another schema, or with tables of something else', async () => {
    const [source, target, other] = [await newDatabase(), await newDatabase(), await newDatabase()];
    const archive = await archiveOf(source.url);
    await target.pool.query(
      `DELETE FROM "_prisma_migrations" WHERE migration_name = (SELECT max(migration_name) FROM "_prisma_migrations")`,
    );
    await expect(restore(target.url, archive)).rejects.toThrow(/another schema/);
    await other.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE invoices (n int)');
    await expect(restore(other.url, archive)).rejects.toThrow(/something else \(invoices\)/);
  });

  test('when what is to come before the commit fails: nothing of the archive is in it', async () => {
    const [source, target] = [await newDatabase(), await newDatabase()];
    await fill(source);
    const before = await contents(target);
    const failing = restore(target.url, await archiveOf(source.url), () =>
      Promise.reject(new Error('no space left')),
    );
    await expect(failing).rejects.toThrow('no space left');
    expect(await contents(target)).toEqual(before);
  });
});

describe('what was archived', () => {
  test('comes back in every byte, into empty tables and into a database without any', async () => {
    const [source, target, bare] = [await newDatabase(), await newDatabase(), await newDatabase()];
    await fill(source);
    const archive = await archiveOf(source.url);
    const before = await contents(source);
    expect(Object.values(before).flat().length).toBeGreaterThan(6);
    await restore(target.url, archive);
    expect(await contents(target)).toEqual(before);
    await bare.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await restore(bare.url, archive);
    expect(await contents(bare)).toEqual(before);
    // What triggers keep is there too.
    for (const { pool } of [source, target, bare]) {
      const { rows: ids } = await pool.query('SELECT id, kind FROM resource_ids ORDER BY id');
      expect(ids).toEqual([
        { id: 'are1', kind: 'registry' },
        { id: 'are2', kind: 'device' },
      ]);
      const { rows: counts } = await pool.query(
        'SELECT folder_id, kind, sum(count)::int AS count FROM folder_counts GROUP BY 1, 2 ORDER BY kind',
      );
      expect(counts).toEqual([
        { folder_id: 'f', kind: 'device', count: 1 },
        { folder_id: 'f', kind: 'registry', count: 1 },
      ]);
    }
    // What counts up goes on after what came.
    await bare.pool.query(
      `INSERT INTO connection_log (resource_id, level, message) VALUES ('x', 'INFO', 'x')`,
    );
    const { rows } = await bare.pool.query('SELECT max(id)::text AS id FROM connection_log');
    expect(rows).toEqual([{ id: '9007199254740994' }]);
  });

  test('under an older schema is migrated with its rows, as a start of this version would have done', async () => {
    const [old, bare] = [await newDatabase(), await newDatabase()];
    for (const { pool } of [old, bare]) await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await migrate(old.url, quiet, '20261122163000_alias_listing');
    await old.pool.query(`INSERT INTO registries (id, folder_id) VALUES ('are1', 'f')`);
    await old.pool.query(
      `INSERT INTO permanent_messages (registry_id, topic, payload) VALUES ('are1', 'topic', '\\x00')`,
    );
    await restore(bare.url, await archiveOf(old.url));
    // A later migration adds this column, and computes it from the rows that it finds.
    const { rows } = await bare.pool.query('SELECT topic_sha256 FROM permanent_messages');
    expect(rows).toEqual([{ topic_sha256: createHash('sha256').update('topic').digest() }]);
    const { rowCount } = await bare.pool.query('SELECT FROM "_prisma_migrations"');
    expect(rowCount).toBe((await readMigrations()).length);
  });

  test('with IDs that several have already comes back with them, and with the rule for all others', async () => {
    const [old, upgraded, again] = [await newDatabase(), await newDatabase(), await newDatabase()];
    for (const { pool } of [old, upgraded, again])
      await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await migrate(old.url, quiet, '20261122183500_password_adoption');
    await old.pool.query(`
      INSERT INTO registries (id, folder_id) VALUES ('are1', 'f'), ('are2', 'f');
      INSERT INTO brokers (id, folder_id) VALUES ('are1', 'g');
      INSERT INTO devices (id, registry_id, folder_id) VALUES ('are1', 'are2', 'h'), ('are3', 'are2', 'h')`);
    const conflicts = [
      {
        id: 'are1',
        resources: [
          { kind: 'broker', folderId: 'g' },
          { kind: 'device', folderId: 'h' },
          { kind: 'registry', folderId: 'f' },
        ],
      },
    ];
    expect(await restore(upgraded.url, await archiveOf(old.url))).toEqual(conflicts);
    expect(await restore(again.url, await archiveOf(upgraded.url))).toEqual(conflicts);
    const { rows } = await again.pool.query('SELECT id FROM resource_ids ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['are1', 'are2', 'are3']);
    const insert = `INSERT INTO service_accounts (id, folder_id, name) VALUES ('are1', 'f', 'x')`;
    await expect(again.pool.query(insert)).rejects.toMatchObject({ constraint: 'resource_ids_pkey' });
  });

  test('comes from every table, but for those that are left out by name', async () => {
    const source = await newDatabase();
    // A table that came later: nobody told the backup of it.
    await source.pool.query(
      `CREATE TABLE later (id text PRIMARY KEY, device_id text REFERENCES devices (id))`,
    );
    const archive = await archiveOf(source.url);
    const archived = archive
      .split('\n')
      .filter((line) => line.startsWith('{"table"'))
      .map((line) => JSON.parse(line).table as string);
    const { rows } = await source.pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const all = rows.map(({ name }) => name);
    expect([...archived, ...excludedTables.keys()].sort()).toEqual(all.sort());
    expect(archived.indexOf('later')).toBeGreaterThan(archived.indexOf('devices'));
    for (const reason of excludedTables.values()) expect(reason).not.toBe('');
  });

  test('is of one instant: a write between two tables is in none of them', async () => {
    const source = await newDatabase();
    await source.prisma.registry.create({ data: { id: 'before', folderId: 'f' } });
    let text = '';
    await writeBackup(source.url, [], async (lines) => {
      for await (const some of lines) {
        if (text === '') {
          await source.prisma.registry.create({ data: { id: 'meanwhile', folderId: 'f' } });
          await source.prisma.registry.delete({ where: { id: 'before' } });
        }
        text += some;
      }
    });
    expect(text).toContain('["before"');
    expect(text).not.toContain('meanwhile');
  });
});

test('without the backlog an export comes back with nothing to send, and what it owed is counted as discarded', async () => {
  const source = await newDatabase();
  await source.pool.query(`INSERT INTO registries (id, folder_id) VALUES ('are1', 'f')`);
  await source.pool.query(
    `INSERT INTO exports (id, folder_id, registry_id, target, secrets, batch, concurrency, retry, backlog)
     VALUES ('e', 'f', 'are1', '{"pull":{}}', 'sealed', '{}', 1, '{}', '{"maxBytes": 1000}')`,
  );
  await source.pool.query(`INSERT INTO export_heads (export_id, head, bytes) VALUES ('e', 10, 500)`);
  await source.pool.query(
    `INSERT INTO export_cursors (export_id, position, freed_bytes, delivered, discarded) VALUES ('e', 7, 300, 7, 1)`,
  );
  await source.pool.query(
    `INSERT INTO export_chunks (export_id, position, messages, data) VALUES ('e', 6, 4, 'a secret message')`,
  );
  const archive = await archiveOf(source.url, [], { withoutBacklog: true });
  expect(archive).not.toContain(Buffer.from('a secret message').toString('hex'));

  const target = await newDatabase();
  await restore(target.url, archive);
  const { rows } = await target.pool.query(
    `SELECT head::int, position::int, (bytes - freed_bytes)::int AS size, delivered::int, discarded::int,
            (SELECT count(*)::int FROM export_chunks) AS chunks
     FROM export_heads JOIN export_cursors USING (export_id)`,
  );
  expect(rows).toEqual([{ head: 10, position: 10, size: 0, delivered: 7, discarded: 4, chunks: 0 }]);
  // With it, everything is as it was.
  const whole = await newDatabase();
  await restore(whole.url, await archiveOf(source.url));
  expect(await contents(whole)).toEqual(await contents(source));
});
