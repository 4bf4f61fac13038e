import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processBeginning } from './process-beginning.mjs';

/**
 * Where a process runs, and which one it is, in words that outlive it: another process of the same machine can tell by them
 * whether it still runs. Process IDs mean something within one machine and one namespace of them alone.
 */
export function processPlace(pid: number = process.pid): string {
  return JSON.stringify([machine(), pid, processBeginning(pid) ?? '']);
}

/** True: that process has ended, for certain. False: it runs, or is none that can be seen from here. */
export function hasEnded(place: string): boolean {
  const [where, pid, began] = partsOf(place);
  if (where !== machine() || typeof pid !== 'number') return false;
  if (!isThere(pid)) return true;
  const beginning = processBeginning(pid);
  // What cannot be read, for want of a file handle for instance, says nothing.
  return beginning !== undefined && beginning !== began;
}

/**
 * True: that process runs on another machine, or in another namespace of process IDs, for certain. The name of the host does not
 * tell: it may change while processes run.
 */
export function isElsewhere(place: string): boolean {
  const [where] = partsOf(place);
  if (typeof where !== 'string') return false;
  const [, ...here] = machine().split(' ');
  const [, ...there] = where.split(' ');
  return there.some((part, index) => part !== '' && (here[index] ?? '') !== '' && part !== here[index]);
}

/** None of what is no place. */
function partsOf(place: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(place);
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Is there a process with this ID, of any user? */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Where /proc does not tell, the name of the host must do. */
function machine(): string {
  return [hostname(), read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')), pidNamespace()]
    .map((part) => part.trim())
    .join(' ');
}

function pidNamespace(): string {
  return read(() => readlinkSync('/proc/self/ns/pid'));
}

function read(file: () => string): string {
  try {
    return file();
  } catch {
    return '';
  }
}
