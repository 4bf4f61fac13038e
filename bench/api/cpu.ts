import { readFileSync } from 'node:fs';

/** Of one tick of the kernel's accounting, as on every Linux that Node runs on. */
const msPerTick = 10;

/** Processor time that a process has used so far, in ms. Only on Linux; elsewhere NaN. */
export function cpuMs(pid: number): number {
  try {
    // The name of the program may hold blanks; the fields after it do not.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return Number.NaN;
  }
}
