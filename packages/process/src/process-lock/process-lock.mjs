/**
 * A lock that lasts as long as the processes that hold it, however they end: a file that names them by ID and by the
 * moment they began, because IDs are used again. Plain JavaScript without dependencies: it also guards the installation
 * of the dependencies.
 *
 * The lock of the dead is not removed (somebody else may just have put his own in its place) but succeeded: the file
 * `<path>.<id of the dead>` can be created once. Who stands at the end of that chain, walked from `<path>`, holds the lock.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { processBeginning } from './process-beginning.mjs';

const ownerOnly = 0o600;

/** Takes the lock for this process, or tells who holds it. */
export function takeLock(path) {
  const mine = { id: randomUUID(), processes: [identify(process.pid)] };
  for (;;) {
    const end = walk(path);
    if (end.holder) return { holder: end.holder };
    if (!create(end.free, mine)) continue;
    // Between the walk and the creation a lock may have been taken and the chain tidied away: look again.
    const after = walk(path);
    if (after.holder?.id !== mine.id) {
      rmSync(end.free, { force: true });
      continue;
    }
    const succeeds = end.free !== path;
    if (succeeds) renameSync(end.free, path);
    removeLeftovers(path);
    return { lock: lockOn(path, mine, succeeds) };
  }
}

/** Who holds the lock, if anybody does. */
export function lockHolder(path) {
  return walk(path).holder;
}

function lockOn(path, mine, succeeds) {
  const change = (changes) => {
    Object.assign(mine, changes);
    try {
      renameSync(writeBeside(path, mine), path);
    } catch (error) {
      // The folder is gone, and with it whatever was locked.
      if (error.code !== 'ENOENT') throw error;
    }
  };
  return {
    succeeds,
    share: (pid) => change({ processes: [...mine.processes, identify(pid)] }),
    announceStop: () => change({ stopping: true }),
    release: () => rmSync(path, { force: true }),
  };
}

function walk(path) {
  for (let at = path; ; ) {
    const entry = read(at);
    if (!entry) return { free: at };
    if (entry.processes.some(isAlive)) {
      return { holder: { id: entry.id, pid: entry.processes[0].pid, stopping: entry.stopping === true } };
    }
    at = entry.id ? `${path}.${entry.id}` : `${at}.unreadable`;
  }
}

function read(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { id, processes, stopping } = JSON.parse(text);
    if (typeof id === 'string' && Array.isArray(processes)) return { id, processes, stopping };
  } catch {}
  // A power cut may leave anything; its holder is gone in any case.
  return { processes: [] };
}

/** Whole or not at all, and only if nothing is there. Answers whether it did. */
function create(path, entry) {
  const temporary = writeBeside(path, entry);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    // Either somebody was first, or somebody who got the lock tidied this file away.
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeBeside(path, entry) {
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, JSON.stringify(entry), { mode: ownerOnly });
  return temporary;
}

function removeLeftovers(path) {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true });
  }
}

function identify(pid) {
  return { pid, began: processBeginning(pid) };
}

function isAlive({ pid, began }) {
  return began !== undefined && processBeginning(pid) === began;
}
