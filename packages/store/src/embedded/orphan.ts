/**
 * The server of a cluster whose supervisor was killed runs on. It is stopped before a new one starts: two would not get
 * along, and what was given to the old one (port, settings) is lost.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThere } from '@iotcore/process';
import type { Log } from '../log.ts';
import { EmbeddedPostgresError } from './errors.ts';

/** SIGINT: no new connections, roll back, write everything down. SIGQUIT: at once, recover at the next start. */
const stopSignals = [
  { signal: 'SIGINT', patienceMs: 3000 },
  { signal: 'SIGQUIT', patienceMs: 5000 },
] as const;
const checkIntervalMs = 20;

/** Above what any system gives to processes. */
const noProcess = 2 ** 22 + 1;

export async function stopOrphan(cluster: string, logger: Log): Promise<void> {
  const pid = await serverPid(cluster);
  if (pid === undefined || !isThere(pid)) return;
  if (runs(pid, cluster)) await stop(pid, cluster, logger);
  // A zombie, or another process that got the number: a new server would take either for a living one and refuse.
  if (isThere(pid)) await disclaim(pid, cluster);
}

async function stop(pid: number, cluster: string, logger: Log): Promise<void> {
  logger.warn({ postgresPid: pid }, 'stopping the Postgres that an earlier run left behind');
  for (const { signal, patienceMs } of stopSignals) {
    kill(pid, signal);
    if (await ended(pid, cluster, patienceMs)) return;
  }
  throw new EmbeddedPostgresError(
    `the Postgres of an earlier run (pid ${pid}) cannot be stopped: end it by hand`,
  );
}

/** Changes nothing but the number: the rest of the file lets a new server see whether children of the old one still live. */
async function disclaim(pid: number, cluster: string): Promise<void> {
  const file = pidFile(cluster);
  const text = await readFile(file, 'utf8').catch(() => '');
  if (Number.parseInt(text, 10) === pid) await writeFile(file, text.replace(/^\d+/, String(noProcess)));
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

/** The first line of the file that a server keeps in its cluster while it runs; after a crash it is stale. */
async function serverPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}

/**
 * Is it really this cluster's server? Its number may have gone to another process since. And one that has ended may stay
 * a zombie where nobody collects orphans (a container): that has no command line any more.
 */
function runs(pid: number, cluster: string): boolean {
  return isThere(pid) && commandLine(pid).includes(cluster);
}

function commandLine(pid: number): string {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' });
  return stdout || spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout || '';
}

async function ended(pid: number, cluster: string, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (runs(pid, cluster) && performance.now() < deadline) await sleep(checkIntervalMs);
  return !runs(pid, cluster);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
