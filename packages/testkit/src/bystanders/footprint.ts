import { readdir } from 'node:fs/promises';
import { callHttp, closeIdleConnections } from '../api/http-call.ts';
import { eventually } from '../deadline.ts';
import type { Installation } from '../processes/installation.ts';

/** What the processes of an installation hold, by name: `mqtt sessions`, `api memory`. */
export type Footprint = ReadonlyMap<string, number>;

/** What code and caches that were cold may take. A leak of each of a thousand requests is far more. */
const slackBytes = 32 * 1024 * 1024;
/** Connections to the database, and their timers, which come and go. What tests open are one each: one kept for each is far more. */
const slackHandles = 12;
/** What takes a moment to be given back, a connection above all, does so before garbage is collected for its sake. */
const cheapLooks = 5;
const memoryLine = /^\w+ memory: /;

/** How much more than before is no harm. */
const slack: Readonly<Record<string, number>> = {
  connections: 0,
  sessions: 0,
  subscriptions: 0,
  handles: slackHandles,
  timers: slackHandles,
  'open files': slackHandles,
  memory: slackBytes,
  nodes: 0,
  transactions: 0,
};

/** What the MQTT process tells of itself. */
const metrics: Readonly<Record<string, string>> = {
  connections: 'iotcore_mqtt_connections',
  sessions: 'iotcore_mqtt_sessions',
  subscriptions: 'iotcore_mqtt_subscriptions',
};

/** What lies in the database for as long as somebody is there, by name. */
const rows: Readonly<Record<string, string>> = {
  nodes: 'SELECT count(*) AS n FROM data_plane_nodes',
  transactions: `SELECT count(*) AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND xact_start IS NOT NULL`,
};

/** Of the processes that tests talk to, and of their database; open files where the system has /proc. Memory is what is alive. */
export function footprint(installation: Installation): Promise<Footprint> {
  return held(installation, true);
}

/**
 * Waits until nothing is held beyond what was before, but for the slack; gives what is held then. To collect garbage is most of
 * the work, so it is done only where what lies in memory, garbage included, is too much: what is alive cannot be more.
 */
export async function expectNothingKept(
  installation: Installation,
  before: Footprint,
  patience?: number,
): Promise<Footprint> {
  let now = before;
  let collects = false;
  let looks = 0;
  closeIdleConnections();
  const isBack = async () => {
    now = collects ? await held(installation, true) : withMemoryOf(before, await held(installation, false));
    const kept = keptBeyond(before, now);
    looks += 1;
    collects = looks >= cheapLooks || kept.every((line) => memoryLine.test(line));
    return kept.length === 0;
  };
  await eventually('everything to be given back', isBack, patience).catch((error: Error) => {
    throw new Error(`${error.message}: ${keptBeyond(before, now).join(', ')}`);
  });
  return now;
}

/** Memory is what is alive, or all of it unless garbage is collected first. */
async function held(installation: Installation, collects: boolean): Promise<Footprint> {
  const found = new Map<string, number>();
  for (const child of installation.running()) {
    const { name, pid } = child;
    // Which the supervisor starts, too.
    if (name !== 'api')
      for (const [what, value] of await readMetrics(installation)) found.set(`mqtt ${what}`, value);
    const { memory, timers, handles } = await child.held(collects);
    for (const [what, value] of Object.entries({ memory, timers, handles }))
      found.set(`${name} ${what}`, value);
    if (process.platform === 'linux')
      found.set(`${name} open files`, (await readdir(`/proc/${pid}/fd`)).length);
  }
  for (const [what, sql] of Object.entries(rows))
    found.set(
      `database ${what}`,
      Number((await installation.database.pool.query<{ n: string }>(sql)).rows[0]?.n),
    );
  return found;
}

/** What was alive stays what is compared with, where nobody knows how much of what is there now is garbage. */
function withMemoryOf(before: Footprint, now: Footprint): Footprint {
  const isEnough = (name: string, value: number) => value <= (before.get(name) ?? 0) + slackBytes;
  return new Map(
    [...now].map(([name, value]) =>
      name.endsWith(' memory') && isEnough(name, value) ? [name, before.get(name) ?? value] : [name, value],
    ),
  );
}

/** What is more than it was and than may be; a process that is gone or was not there tells nothing, which is wrong too. */
export function keptBeyond(before: Footprint, now: Footprint): string[] {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.get(name) ?? Number.NaN, now.get(name) ?? Number.NaN];
    const most = was + (slack[name.slice(name.indexOf(' ') + 1)] ?? 0);
    return is <= most ? [] : [`${name}: ${is} after ${was}`];
  });
}

async function readMetrics({ adminUrl }: Installation): Promise<[string, number][]> {
  const { text } = await callHttp(new URL('/metrics', adminUrl));
  return Object.entries(metrics).map(([what, name]) => [
    what,
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]),
  ]);
}
