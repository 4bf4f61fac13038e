/** How long the MQTT server takes to start, and what it holds in memory, by the number of devices in the database. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, prepareDatabase } from '@iotcore/store';
import { EmbeddedPostgres } from '@iotcore/store/embedded';
import type { Workplace } from '../brokers/broker.ts';
import { registryId } from '../fleet.ts';
import { median, numbers, row } from './report.ts';

const fewDevices = 10;
/** Rows of one statement: more would take longer than a query may. */
const batch = 25_000;
const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
/** After this its memory is read: what a start leaves to be done later has been done. */
const settledMs = 1_000;

/** The devices numbered from `$1` to `$2`, a certificate each. They only add to the number: none of them connects. */
const createDevices = [
  `INSERT INTO devices (id, registry_id, folder_id)
   SELECT 'arebenchd' || lpad(n::text, 11, '0'), '${registryId}', 'bench' FROM generate_series($1::int, $2::int) n`,
  `INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, device_id)
   SELECT sha256(n::text::bytea), md5(n::text) || '00000000', 'certificate ' || n, now(), now() + interval '1 year',
     'arebenchd' || lpad(n::text, 11, '0') FROM generate_series($1::int, $2::int) n`,
];

interface Start {
  readonly readySeconds: number;
  readonly residentMb: number;
}

export async function measureStart(
  { folder }: Workplace,
  manyDevices: number,
  rounds: number,
  say: (line: string) => void,
): Promise<void> {
  const dataDir = join(folder, 'start');
  // Postgres refuses to run as root: started by root, it runs as another user, which must be able to enter this folder.
  await mkdir(dataDir, { mode: 0o711 });
  await chmod(folder, 0o711);
  const postgres = await EmbeddedPostgres.open({ dataDir, logger: silent });
  await postgres.start();
  try {
    const few = await createFleet(postgres.url, fewDevices);
    const many = await createFleet(postgres.url, manyDevices);
    const starts: Record<'few' | 'many', Start[]> = { few: [], many: [] };
    for (const url of [few, many]) await startOnce(url, dataDir);
    for (let round = 0; round < rounds; round++) {
      starts.few.push(await startOnce(few, dataDir));
      starts.many.push(await startOnce(many, dataDir));
    }
    const heads = [fewDevices, manyDevices].map((count) => `${count.toLocaleString('en')} devices`);
    say(row(['start of the MQTT server', ...heads, 'ratio']));
    say(row(['---', '---', '---', '---']));
    say(compare('until it is ready, s', starts, ({ readySeconds }) => readySeconds, 2));
    say(compare('memory (RSS), MB', starts, ({ residentMb }) => residentMb, 0));
  } finally {
    await postgres.stop();
  }
}

function compare(
  title: string,
  { few, many }: Readonly<Record<'few' | 'many', readonly Start[]>>,
  figure: (start: Start) => number,
  digits: number,
): string {
  const [small, large] = [few.map(figure), many.map(figure)];
  const ratio = median(large) / median(small);
  return row([title, numbers(small, digits), numbers(large, digits), ratio.toFixed(2)]);
}

/** A database of its own; answers its URL. */
async function createFleet(server: string, devices: number): Promise<string> {
  const name = `fleet_${devices}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const first = openDatabase(server, { logger: silent });
  await first.pool.query(`CREATE DATABASE ${name}`).finally(() => first.close());
  await prepareDatabase(url.href, silent, new AbortController().signal);
  const { pool, close } = openDatabase(url.href, { logger: silent });
  const client = await pool.connect();
  try {
    // Their references are right as they are made.
    await client.query('SET session_replication_role = replica');
    await client.query(`INSERT INTO registries (id, folder_id) VALUES ($1, 'bench')`, [registryId]);
    for (let first = 1; first <= devices; first += batch) {
      const last = Math.min(devices, first + batch - 1);
      for (const statement of createDevices) await client.query(statement, [first, last]);
    }
    await client.query('ANALYZE devices, certificates');
  } finally {
    client.release(true);
    await close();
  }
  return url.href;
}

async function startOnce(databaseUrl: string, dataDir: string): Promise<Start> {
  const begun = performance.now();
  const server = fork(new URL('../../apps/mqtt/src/main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      IOT_DATA_DIR: dataDir,
      IOT_MQTT_PORT: '0',
      IOT_MQTTS_PORT: '0',
      IOT_MQTT_ADMIN_PORT: '0',
      IOT_LOG_LEVEL: 'warn',
    },
  });
  try {
    await ready(server);
    const readySeconds = (performance.now() - begun) / 1_000;
    await pause(settledMs);
    return { readySeconds, residentMb: await residentMb(server.pid as number) };
  } finally {
    await end(server);
  }
}

async function ready(server: ChildProcess): Promise<void> {
  const [message] = await Promise.race([once(server, 'message'), once(server, 'exit')]);
  if (message?.type !== 'ready') throw new Error('the MQTT server did not start');
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}
