/**
 * `npm run bench:filters`: the filters of devices (`GET /ext/v1/devices`) in a registry of a million: what the first page costs, and
 * one from the middle of the list.
 *
 *   npm run bench:filters -- [--devices 1000000]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fill } from './fill.ts';
import { type Pool, type Server, startPostgres, startServer } from './server.ts';
import { time } from './timing.ts';

const { values } = parseArgs({ options: { devices: { type: 'string', default: '1000000' } } });
const deviceCount = Number(values.devices);
const folderId = 'bench';
const pageSize = 100;
const calls = 50;

/** Of the devices every hundredth is connected, every thousandth has a label, and every second has never been there. */
async function liveAndSeen(pool: Pool, registryId: string): Promise<void> {
  await pool.query(
    `UPDATE devices SET labels = '{"site":"north"}'
     WHERE id IN (SELECT 'are' || substr(md5(n::text), 1, 17) FROM generate_series(1000, $1::int, 1000) AS n)`,
    [deviceCount],
  );
  const batch = 20_000;
  for (let first = 1; first <= deviceCount; first += batch)
    await pool.query(
      `INSERT INTO device_activity (device_id, last_auth_ip, last_auth_time, last_online_time)
       SELECT id, '192.0.2.7', at, at
       FROM (SELECT 'are' || substr(md5(n::text), 1, 17) AS id, now() - n % 400 * interval '1 day' AS at
             FROM generate_series($1::int, $2::int, 2) AS n) AS seen`,
      [first, Math.min(first + batch - 1, deviceCount)],
    );
  await pool.query(
    `INSERT INTO data_plane_nodes (id, url, seen_at) VALUES ('bench', 'http://127.0.0.1:1', now() + interval '1 day')`,
  );
  await pool.query(
    `INSERT INTO live_sessions (node_id, number, resource_kind, resource_id, registry_id, client_id, address, secure, connected_at)
     SELECT 'bench', n, 'device', 'are' || substr(md5(n::text), 1, 17), $1, 'c', '192.0.2.7', true, now()
     FROM generate_series(1, $2::int, 100) AS n`,
    [registryId, deviceCount],
  );
  for (const table of ['devices', 'device_activity', 'live_sessions'])
    await pool.query(`VACUUM ANALYZE ${table}`);
}

/** All but every ten thousandth have a password, as where few were forgotten. */
async function withPasswords(pool: Pool): Promise<void> {
  const batch = 20_000;
  for (let first = 1; first <= deviceCount; first += batch)
    await pool.query(
      `INSERT INTO passwords (id, hash, device_id)
       SELECT 'pas' || substr(md5(n::text), 1, 17), 'x', 'are' || substr(md5(n::text), 1, 17)
       FROM generate_series($1::int, $2::int) AS n WHERE n % 10000 <> 0`,
      [first, Math.min(first + batch - 1, deviceCount)],
    );
  await pool.query('VACUUM ANALYZE passwords');
}

/** The page token that leads to about the middle of the list. */
async function middle({ caller }: Server, path: string): Promise<string> {
  let token = '';
  for (let page = 0; page < 5; page += 1) {
    const { nextPageToken } = JSON.parse(await caller.get(`${path}&pageSize=1000${token}`));
    if (!nextPageToken) break;
    token = `&pageToken=${encodeURIComponent(nextPageToken)}`;
  }
  return token;
}

async function main(server: Server): Promise<void> {
  const { caller, pool } = server;
  const created = await caller.post('/iot-devices/v1/registries', { folderId });
  const registryId: string = JSON.parse(created).response.id;
  await fill(pool, registryId, folderId, deviceCount);
  await liveAndSeen(pool, registryId);
  const longAgo = new Date(Date.now() - 200 * 86_400_000).toISOString();
  process.stdout.write(
    '| filter | first page, median, ms | 99 %, ms | a later page, median, ms | 99 %, ms |\n| --- | --: | --: | --: | --: |\n',
  );
  for (const filter of [
    'presence=ONLINE',
    'presence=NEVER_SEEN',
    `notSeenSince=${longAgo}`,
    'label=site%3Dnorth',
    'namePrefix=device-77',
    'idPrefix=are7',
    'orderBy=NEWEST',
  ])
    await measure(server, filter.replace(longAgo, '…'), `/ext/v1/devices?registryId=${registryId}&${filter}`);
  await withPasswords(pool);
  // No filter of the list of devices: it looks at each until a page is full.
  const path = `/ext/v1/registries/${registryId}/migrationDevices?filter=WITHOUT_CREDENTIAL`;
  await measure(server, 'migrationDevices?filter=WITHOUT_CREDENTIAL', path);
}

async function measure(server: Server, what: string, path: string): Promise<void> {
  const cells: string[] = [];
  for (const token of ['', await middle(server, path)]) {
    const { median, p99 } = await time(calls, 1, () =>
      server.caller.get(`${path}&pageSize=${pageSize}${token}`),
    );
    cells.push(median.toFixed(1), p99.toFixed(1));
  }
  process.stdout.write(`| \`${what}\` | ${cells.join(' | ')} |\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
try {
  const postgres = await startPostgres(folder);
  stops.push(() => postgres.stop());
  const server = await startServer(postgres, folder, 'filters');
  stops.push(() => server.stop());
  await main(server);
} finally {
  for (const stop of stops.reverse()) await stop();
}
