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
  return processBeginning(pid) !== began;
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
