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
  let parts: unknown;
  try {
    parts = JSON.parse(place);
  } catch {
    return false;
  }
  if (!Array.isArray(parts)) return false;
  const [where, pid, began] = parts as unknown[];
  if (where !== machine() || typeof pid !== 'number') return false;
  if (!isThere(pid)) return true;
  const beginning = processBeginning(pid);
  // What cannot be read, for want of a file handle for instance, says nothing.
  return beginning !== undefined && beginning !== began;
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
