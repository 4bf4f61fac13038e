/** What runs on this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

/** Linux is asked without a program: tests look often, and to start one costs as much as a test. */
function processTable(): ProcessEntry[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs();
}

function fromProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readEntry(name) : []));
}

/** None if it has ended meanwhile. */
function readEntry(pid: string): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+) /s.exec(stat) ?? [];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return [
      { pid: Number(pid), parent: Number(parent), state: state ?? '', command: command || `[${name}]` },
    ];
  } catch {
    return [];
  }
}

function fromPs(): ProcessEntry[] {
  const text = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), state: state ?? '', command }];
  });
}

/** A process and everything that it started, directly or not. */
export function familyOf(pid: number): ProcessEntry[] {
  const table = processTable();
  const family = table.filter((entry) => entry.pid === pid);
  for (const member of family) family.push(...table.filter(({ parent }) => parent === member.pid));
  return family;
}

/** Which of these still run; a zombie does not. */
export function survivors(family: readonly ProcessEntry[]): ProcessEntry[] {
  const living = new Map(processTable().map((entry) => [entry.pid, entry]));
  return family.filter(({ pid, command }) => {
    const now = living.get(pid);
    return now !== undefined && now.command === command && !now.state.startsWith('Z');
  });
}
