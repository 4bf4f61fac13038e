import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type MetricsPoint, readProcessMetrics, readTenantMetrics } from '../control/processes/metrics.ts';
import { listProcesses } from '../control/processes/processes.ts';
import { openPrisma } from '../database/open-prisma.ts';
import { ProcessReporter } from './process-reporter.ts';
import { removeOldSamples, type TenantSample } from './samples.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const fail = (error: unknown): void => {
  throw error;
};

const sum = (points: readonly MetricsPoint[]) =>
  points.reduce((total, { figures }) => total + (figures['messagesReceived'] ?? 0), 0);

const aMinute: TenantSample = {
  ...{ kind: 'registry', id: 'r1', connections: 2 },
  ...{
    messagesReceived: 5,
    bytesReceived: 500,
    messagesSent: 10,
    bytesSent: 1000,
    messagesDropped: 1,
    refused: 3,
  },
};

async function setUp() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { pool } = database;
  await pool.query(`INSERT INTO registries (id, folder_id) VALUES ('r1', 'f1')`);
  const state = {
    connections: 3,
    changeFeedBehindMs: 400,
    messagesReceived: 100,
    isReady: true,
    tenants: [] as TenantSample[],
  };
  const reporter = (id: string, failed = fail) => {
    const made = new ProcessReporter({
      db: pool,
      process: { id, kind: 'mqtt', version: '1.2.3', place: 'here', facts: { tlsNames: ['a.example'] } },
      isReady: () => state.isReady,
      gauges: () => ({ connections: state.connections, changeFeedBehindMs: state.changeFeedBehindMs }),
      counts: () => ({ messagesReceived: state.messagesReceived }),
      takeTenants: () => state.tenants.splice(0),
      failed,
    });
    onTestFinished(() => made.stop());
    return made;
  };
  const anHour = () => ({
    from: new Date(Date.now() - 3_600_000),
    to: new Date(Date.now() + 60_000),
    step: 10,
  });
  return { pool, state, reporter, anHour };
}

test('a process is listed with what it says, until it stops; one that falls silent is not ready', async () => {
  const { pool, state, reporter } = await setUp();
  const one = reporter('p1');
  await one.start();
  expect(await listProcesses(pool)).toMatchObject([
    { id: 'p1', kind: 'mqtt', version: '1.2.3', isReady: true, facts: { tlsNames: ['a.example'] } },
  ]);
  state.isReady = false;
  await one.report();
  expect(await listProcesses(pool)).toMatchObject([{ isReady: false, figures: { connections: 3 } }]);
  state.isReady = true;
  await one.report();
  await pool.query(`UPDATE processes SET seen_at = now() - interval '1 minute'`);
  expect(await listProcesses(pool)).toMatchObject([{ isReady: false }]);
  await one.stop();
  expect(await listProcesses(pool)).toEqual([]);
});

test('what is counted is told for each step, and what is, as it is; processes are added up', async () => {
  const { pool, state, reporter, anHour } = await setUp();
  const both = [reporter('p1'), reporter('p2')];
  for (const one of both) await one.start();
  state.messagesReceived += 7;
  for (const one of both) await one.report();
  const ofOne = await readProcessMetrics(pool, 'p1', anHour(), new Date());
  expect(ofOne).toMatchObject([{ figures: { connections: 3, messagesReceived: 7 } }]);
  expect(ofOne[0]?.figures['memoryBytes']).toBeGreaterThan(0);
  const wide = { ...anHour(), step: 600 };
  expect(sum(await readProcessMetrics(pool, undefined, wide, new Date()))).toBe(0);
  expect(sum(await readProcessMetrics(pool, undefined, anHour(), new Date()))).toBe(14);
});

test('of delays of several processes the longest is told, not their sum', async () => {
  const { pool, state, reporter, anHour } = await setUp();
  const both = [reporter('p1'), reporter('p2')];
  for (const one of both) await one.start();
  for (const one of both) {
    state.changeFeedBehindMs += 100;
    await one.report();
  }
  const ofAll = await readProcessMetrics(pool, undefined, { ...anHour(), step: 20 }, new Date());
  const told = ofAll.map(({ figures }) => [figures['connections'], figures['changeFeedBehindMs']]);
  // Both at one time, or each at one of its own.
  expect([
    [[6, 600]],
    [[3, 550]],
    [
      [3, 500],
      [3, 600],
    ],
  ]).toContainEqual(told);
});

test('a process that stood still says how it is once it has done what was due meanwhile', async () => {
  const { pool, state, reporter } = await setUp();
  const one = reporter('p1');
  await one.start();
  const wokenMs = performance.now() + 60_000;
  vi.spyOn(performance, 'now').mockReturnValue(wokenMs);
  onTestFinished(() => void vi.restoreAllMocks());
  state.changeFeedBehindMs = 60_000;
  const report = one.report();
  await pool.query('SELECT 1');
  state.changeFeedBehindMs = 300;
  await report;
  expect(await listProcesses(pool)).toMatchObject([{ figures: { changeFeedBehindMs: 300 } }]);
});

test('each minute is kept by itself, with the tenants that did something, and what is old goes', async () => {
  const { pool, state, reporter, anHour } = await setUp();
  const one = reporter('p1');
  await one.start();
  state.tenants.push(aMinute);
  for (let step = 0; step < 6; step++) {
    state.messagesReceived += 10;
    await one.report();
  }
  const minutes = await readProcessMetrics(pool, undefined, { ...anHour(), step: 60 }, new Date());
  expect(minutes).toMatchObject([{ figures: { messagesReceived: 60 } }]);
  const ofTenant = () => readTenantMetrics(pool, { kind: 'registry', id: 'r1' }, anHour());
  const { kind: _, id: __, ...figures } = aMinute;
  expect(await ofTenant()).toMatchObject([{ figures }]);
  expect(await readTenantMetrics(pool, { kind: 'broker', id: 'r1' }, anHour())).toEqual([]);

  const rows = async () =>
    (await pool.query<{ step: number }>('SELECT step FROM process_samples ORDER BY step')).rows.map(
      ({ step }) => step,
    );
  await pool.query(`UPDATE process_samples SET at = now() - interval '25 hours'`);
  await pool.query(`UPDATE tenant_samples SET at = now() - interval '25 hours'`);
  await removeOldSamples(pool);
  expect(await rows()).toEqual([60]);
  expect(await ofTenant()).toEqual([]);
  await pool.query(`UPDATE process_samples SET at = now() - interval '31 days'`);
  await removeOldSamples(pool);
  expect(await rows()).toEqual([]);
});

test('steps of which two come in the time of one add up, for processes and tenants', async () => {
  const { pool, state, reporter, anHour } = await setUp();
  const one = reporter('p1');
  await one.start();
  // Far more than there are times: some must have two.
  for (let step = 0; step < 24; step++) {
    state.messagesReceived += 10;
    state.tenants.push(aMinute);
    if (step % 6 !== 5) state.tenants.length = 0;
    await one.report();
  }
  const read = (step: number) => readProcessMetrics(pool, 'p1', { ...anHour(), step }, new Date());
  expect(sum(await read(10))).toBe(240);
  expect(sum(await read(60))).toBe(240);
  expect((await read(10)).every(({ figures }) => figures['connections'] === 3)).toBe(true);
  const tenant = await readTenantMetrics(pool, { kind: 'registry', id: 'r1' }, anHour());
  expect(sum(tenant)).toBe(20);
  expect(tenant.every(({ figures }) => figures['connections'] === 2)).toBe(true);
});

test.each(['processes', 'process_samples', 'tenant_samples'])(
  'what a report could not write to %s is in the next',
  async (table) => {
    const { pool, state, reporter, anHour } = await setUp();
    const failures: unknown[] = [];
    const one = reporter('p1', (error) => void failures.push(error));
    await one.start();
    state.tenants.push(aMinute);
    for (let step = 0; step < 12; step++) {
      state.messagesReceived += 10;
      // The sixth is that of the minute.
      if (step === 5) await pool.query(`ALTER TABLE ${table} RENAME TO away`);
      await one.report();
      if (step === 5) await pool.query(`ALTER TABLE away RENAME TO ${table}`);
    }
    expect(failures).toHaveLength(1);
    expect(sum(await readProcessMetrics(pool, 'p1', anHour(), new Date()))).toBe(120);
    expect(sum(await readTenantMetrics(pool, { kind: 'registry', id: 'r1' }, anHour()))).toBe(5);
  },
);

test.each(['registry', 'broker'] as const)(
  'what a %s did goes with it, and is not that of whoever has its ID next',
  async (kind) => {
    const { pool, state, reporter, anHour } = await setUp();
    const table = kind === 'registry' ? 'registries' : 'brokers';
    const create = () => pool.query(`INSERT INTO ${table} (id, folder_id) VALUES ('x1', 'f2')`);
    const one = reporter('p1');
    await one.start();
    const report = async () => {
      state.tenants.push({ ...aMinute, kind, id: 'x1' });
      for (let step = 0; step < 6; step++) await one.report();
      return readTenantMetrics(pool, { kind, id: 'x1' }, anHour());
    };
    await create();
    expect(sum(await report())).toBe(5);
    await pool.query(`DELETE FROM ${table} WHERE id = 'x1'`);
    // Told of by a process after it has gone.
    expect(await report()).toEqual([]);
    await create();
    expect(await readTenantMetrics(pool, { kind, id: 'x1' }, anHour())).toEqual([]);
    expect(sum(await report())).toBe(5);
  },
);

test('all that is old goes, however much it is, and nothing that is not', async () => {
  const { pool } = await setUp();
  await pool.query(`INSERT INTO tenant_samples (kind, id, at, process_id, messages, connections)
    SELECT 'registry', 'r' || n, now() - CASE WHEN n <= 12000 THEN interval '25 hours' ELSE interval '23 hours' END, 'p1', 1, 1
    FROM generate_series(1, 12003) AS n`);
  await removeOldSamples(pool);
  const { rows } = await pool.query('SELECT id FROM tenant_samples ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(['r12001', 'r12002', 'r12003']);
});

test('what a process did since its last report is kept when it stops', async () => {
  const { pool, state, reporter, anHour } = await setUp();
  const one = reporter('p1');
  await one.start();
  await one.report();
  state.messagesReceived += 3;
  state.tenants.push(aMinute);
  await one.stop();
  for (const step of [10, 60])
    expect(sum(await readProcessMetrics(pool, 'p1', { ...anHour(), step }, new Date()))).toBe(3);
  expect(sum(await readTenantMetrics(pool, { kind: 'registry', id: 'r1' }, anHour()))).toBe(5);
  expect(await listProcesses(pool)).toEqual([]);
});

describe('the connections of a tenant with several processes', () => {
  /** What was told in a minute of ten minutes ago, and which processes lived until when. */
  async function told(
    samples: readonly (readonly [process: string, minute: number, connections: number])[],
    ends: Readonly<Record<string, { readonly minute: number; readonly isListed: boolean }>>,
  ) {
    const { pool, anHour } = await setUp();
    const at = (minute: number) =>
      `date_bin('1 minute', now(), 'epoch') - interval '10 minutes' + interval '${minute} minutes'`;
    for (const [process, minute, connections] of samples)
      await pool.query(`INSERT INTO tenant_samples (kind, id, at, process_id, messages, connections)
        VALUES ('registry', 'r1', ${at(minute)}, '${process}', 1, ${connections})`);
    for (const [process, { minute, isListed }] of Object.entries(ends)) {
      await pool.query(
        `INSERT INTO process_samples (step, at, process_id, figures) VALUES (60, ${at(minute)}, '${process}', '{}')`,
      );
      if (isListed)
        await pool.query(`INSERT INTO processes (id, kind, version, place, ready, facts, figures, seen_at)
          VALUES ('${process}', 'mqtt', '1', 'here', true, '{}', '{}', ${at(minute)})`);
    }
    const read = async (range = anHour()) =>
      (await readTenantMetrics(pool, { kind: 'registry', id: 'r1' }, { ...range, step: 60 })).map(
        ({ figures }) => [figures['connections'], figures['messagesReceived']],
      );
    return { read, anHour };
  }
  const lives = { minute: 10, isListed: true };

  test('are those of all, also of one that had nothing to say in that minute', async () => {
    const { read } = await told(
      [
        ['p1', 0, 3],
        ['p2', 1, 4],
        ['p1', 3, 2],
        ['p2', 5, 0],
        ['p1', 6, 7],
      ],
      { p1: lives, p2: lives },
    );
    expect(await read()).toEqual([
      [3, 1],
      [7, 1],
      [6, 1],
      [2, 1],
      [7, 1],
    ]);
  });

  test.each([
    ['was killed', true],
    ['was stopped', false],
  ])('are not those of one that %s', async (_, isListed) => {
    const { read } = await told(
      [
        ['p1', 0, 3],
        ['p2', 1, 4],
        ['p2', 2, 5],
        ['p2', 4, 5],
      ],
      { p1: { minute: 2, isListed }, p2: lives },
    );
    expect(await read()).toEqual([
      [3, 1],
      [7, 1],
      [8, 1],
      [5, 1],
    ]);
  });

  test('are known of one that told of them before the time that is asked for', async () => {
    const { read, anHour } = await told(
      [
        ['p1', -30, 3],
        ['p2', 8, 4],
      ],
      { p1: lives, p2: lives },
    );
    expect(await read({ ...anHour(), from: new Date(Date.now() - 600_000) })).toEqual([[7, 1]]);
  });
});
