import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, seedCluster } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { EmbeddedPostgres } from './embedded-postgres.ts';
import { EmbeddedPostgresError } from './errors.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'iotcore-embedded-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
});

/** As `start`, where another run has made the database. */
async function startMade(): Promise<EmbeddedPostgres> {
  await seedCluster(dataDir);
  return start();
}

/** Nothing that the tests are about depends on the disk, but the settings for it. */
async function start(folder = dataDir, disposable = true): Promise<EmbeddedPostgres> {
  const postgres = await EmbeddedPostgres.open({ dataDir: folder, logger: quiet, disposable });
  onTestFinished(() => postgres.stop());
  await postgres.start();
  return postgres;
}

async function ask(postgres: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const database = openDatabase(postgres.url, { logger: quiet });
  try {
    return (await database.pool.query(sql)).rows;
  } finally {
    await database.close();
  }
}

const pidFile = () => join(dataDir, 'postgres/postmaster.pid');
const serverPid = () => Number.parseInt(readFileSync(pidFile(), 'utf8'), 10);

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

test('commits are on the disk before they are answered, and only this machine can connect, by password', async () => {
  await seedCluster(dataDir);
  const postgres = await start(dataDir, false);
  const [settings] = await ask(
    postgres,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
            current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS address,
            current_setting('unix_socket_directories') AS sockets, current_setting('server_encoding') AS encoding`,
  );
  expect(settings).toEqual({
    ...{ fsync: 'on', commit: 'on', pages: 'on' },
    ...{ address: '127.0.0.1', sockets: '', encoding: 'UTF8' },
  });
  expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
  const url = new URL(postgres.url);
  url.password = 'wrong';
  const intruder = openDatabase(url.href, { logger: quiet });
  onTestFinished(() => intruder.close());
  await expect(intruder.pool.query('SELECT 1')).rejects.toThrow(/password authentication failed/);
});

test('what was written is there after a stop and a start, at the same address', async () => {
  const postgres = await startMade();
  const { url } = postgres;
  await ask(postgres, 'CREATE TABLE kept AS SELECT 1 AS n');
  await postgres.stop();
  expect(existsSync(pidFile())).toBe(false);
  await postgres.start();
  expect(postgres.url).toBe(url);
  expect(await ask(postgres, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
});

test('a data folder without the password is refused', async () => {
  await (await startMade()).stop();
  rmSync(join(dataDir, 'postgres.password'));
  await expect(start()).rejects.toThrow(EmbeddedPostgresError);
  await expect(start()).rejects.toThrow(/postgres\.password is missing/);
});

test('a cluster of another major version is refused', async () => {
  await (await startMade()).stop();
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow(/made by Postgres 17.*brings Postgres 18/);
});

test('a first start that was cut off is begun anew', async () => {
  const unfinished = join(dataDir, 'postgres.new');
  writeFileSync(join(dataDir, 'postgres.password'), 'of the first try');
  writeFileSync(unfinished, 'half of a cluster');
  expect(await ask(await start(), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  expect(existsSync(unfinished)).toBe(false);
});

test('making a database is given up with the signal, and leaves no half of one', async () => {
  const giveUp = new AbortController();
  const opening = EmbeddedPostgres.open({ dataDir, logger: quiet, signal: giveUp.signal });
  opening.catch(() => {});
  await eventually('initdb at work', () => readdirSync(dataDir).some((name) => name.includes('.new-')));
  giveUp.abort();
  await expect(opening).rejects.toThrow('aborted');
  expect(readdirSync(dataDir)).toEqual(['postgres.password']);
  expect(await ask(await start(), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

test('a start is given up with the signal, and leaves no server', async () => {
  await seedCluster(dataDir);
  const giveUp = new AbortController();
  const postgres = await EmbeddedPostgres.open({ dataDir, logger: quiet, signal: giveUp.signal });
  giveUp.abort();
  await expect(postgres.start()).rejects.toThrow('aborted');
  expect(existsSync(pidFile())).toBe(false);
});

describe.skipIf(process.platform !== 'linux')('what an earlier run left behind', () => {
  test('a server that still runs is stopped in order', async () => {
    const first = await startMade();
    await ask(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    const pid = serverPid();
    const second = await start();
    await first.ended();
    expect(isAlive(pid)).toBe(false);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('was not properly shut down');
  });

  test('a server that was killed is recovered from', async () => {
    const first = await startMade();
    await ask(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    process.kill(serverPid(), 'SIGKILL');
    await first.ended();
    await first.start();
    expect(await ask(first, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('a process that got the number of a dead server is left alone', async () => {
    await (await startMade()).stop();
    const innocent: ChildProcess = spawn('sleep', ['100']);
    onTestFinished(() => {
      innocent.kill();
    });
    await once(innocent, 'spawn');
    writeFileSync(pidFile(), `${innocent.pid}\n${dataDir}/postgres\n1\n5432\n\n\n`);
    const { uid, gid } = statSync(join(dataDir, 'postgres'));
    chownSync(pidFile(), uid, gid);
    expect(await ask(await start(), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(innocent.exitCode ?? innocent.signalCode).toBeNull();
  });
});

describe.skipIf(process.getuid?.() !== 0)('under root', () => {
  test('it runs as somebody else', async () => {
    await startMade();
    expect(statSync(join(dataDir, 'postgres')).uid).not.toBe(0);
    expect(statSync(`/proc/${serverPid()}`).uid).not.toBe(0);
  });

  test('it also runs below a folder that is closed to everybody else, with no right but to pass', async () => {
    chmodSync(dataDir, 0o700);
    const folder = join(dataDir, 'inner');
    mkdirSync(folder);
    const postgres = await start(folder);
    expect(await ask(postgres, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const pid = Number.parseInt(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8'), 10);
    const status = await eventually('its status', () => readFileSync(`/proc/${pid}/status`, 'utf8'));
    expect(status).toMatch(/^CapEff:\t0000000000000004$/m);
  });
});
