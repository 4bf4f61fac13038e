/** A server that outlived whoever started it (killed outright): found by what Postgres itself keeps in its data folder. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { EmbeddedPostgresError } from './error.ts';

const pollMs = 50;
/** A fast shutdown rolls back and writes a checkpoint; beyond, it is ended as a crash would, which it survives. */
const fastShutdownMs = 10_000;
const crashMs = 5000;

/** Stops the server that runs on this data folder, if there is one. */
export async function stopOrphan(folder: string, logger: Log): Promise<void> {
  const pid = await readServerPid(folder);
  if (pid === undefined || !isServerOf(pid, folder)) return;
  logger.info({ pid }, 'stopping a Postgres that an earlier run left behind');
  for (const [signal, patienceMs] of [
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', crashMs],
  ] as const) {
    process.kill(pid, signal);
    if (await isGoneWithin(pid, patienceMs)) return;
  }
  throw new EmbeddedPostgresError(`another Postgres runs on ${folder} (pid ${pid}) and does not stop`);
}

async function readServerPid(folder: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(join(folder, 'postmaster.pid'), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Process IDs are used again: this one may be anybody's by now. */
function isServerOf(pid: number, folder: string): boolean {
  try {
    const command = execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(folder);
  } catch {
    return false;
  }
}

async function isGoneWithin(pid: number, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(pollMs);
  }
  return false;
}
