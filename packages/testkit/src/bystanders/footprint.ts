import { readdir, readFile } from 'node:fs/promises';
import { eventually } from '../deadline.ts';
import type { Installation } from '../processes/installation.ts';

/** What the processes of an installation hold, by name: `mqtt sessions`, `api memory`. */
export type Footprint = ReadonlyMap<string, number>;

/** What a heap that was cold may have grown by without anything being kept: it is tidied when the runtime sees fit. */
const slackBytes = 160 * 1024 * 1024;
/** Connections to the database, which come and go. What tests open are one each: one kept for each is far more. */
const slackHandles = 12;
/** How much more than before is no harm. */
const slack: Readonly<Record<string, number>> = {
  connections: 0,
  sessions: 0,
  subscriptions: 0,
  handles: slackHandles,
  'open files': slackHandles,
  memory: slackBytes,
};

/** What the MQTT process tells of itself. */
const metrics: Readonly<Record<string, string>> = {
  connections: 'iotcore_mqtt_connections',
  sessions: 'iotcore_mqtt_sessions',
  subscriptions: 'iotcore_mqtt_subscriptions',
  handles: 'nodejs_active_handles_total',
};

/** Of the processes that tests talk to; files and memory where the system has /proc. */
export async function footprint(installation: Installation): Promise<Footprint> {
  const held = new Map<string, number>();
  for (const { name, pid } of installation.running()) {
    // Which the supervisor starts, too.
    if (name !== 'api')
      for (const [what, value] of await readMetrics(installation)) held.set(`mqtt ${what}`, value);
    if (process.platform === 'linux') {
      held.set(`${name} open files`, (await readdir(`/proc/${pid}/fd`)).length);
      held.set(`${name} memory`, await residentBytes(pid));
    }
  }
  return held;
}

/** Waits until nothing is held beyond what was before, but for the slack. */
export async function expectNothingKept(installation: Installation, before: Footprint): Promise<void> {
  let now = before;
  closeIdleConnections();
  await eventually('everything to be given back', async () => {
    now = await footprint(installation);
    return keptBeyond(before, now).length === 0;
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${keptBeyond(before, now).join(', ')}`);
  });
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
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Object.entries(metrics).map(([what, name]) => [
    what,
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]),
  ]);
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

interface Dispatcher {
  close(): Promise<void>;
}

/** Where Node keeps what `fetch` sends through. */
const dispatcher = Symbol.for('undici.globalDispatcher.1');

/** Ends those of `fetch`, which would stay for as long as the API lets them; the next call opens one again. */
function closeIdleConnections(): void {
  const holder = globalThis as { [dispatcher]?: Dispatcher };
  const before = holder[dispatcher];
  if (!before) return;
  holder[dispatcher] = new (before.constructor as new () => Dispatcher)();
  void before.close();
}
