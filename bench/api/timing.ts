import { cpuMs } from '../process.ts';

/** What calls took, each in milliseconds. */
export interface Timing {
  readonly calls: number;
  readonly perSecond: number;
  readonly median: number;
  readonly p99: number;
  /** Processor time of the server for each call, in ms; NaN where it was not measured. */
  readonly cpu: number;
}

/**
 * Makes this many calls from this many callers at once; each caller makes its next call when it has the response to the last.
 * `pid`: the server's, whose processor time is measured.
 */
export async function time(
  calls: number,
  callers: number,
  call: (n: number) => Promise<unknown>,
  pid?: number,
): Promise<Timing> {
  const cpuBefore = pid === undefined ? Number.NaN : cpuMs(pid);
  const taken: number[] = [];
  let next = 0;
  const began = performance.now();
  const work = async () => {
    while (next < calls) taken.push(await timeOne(call, next++));
  };
  await Promise.all(Array.from({ length: callers }, work));
  const wholeMs = performance.now() - began;
  const cpu = pid === undefined ? Number.NaN : (cpuMs(pid) - cpuBefore) / calls;
  return summary(taken, wholeMs, cpu);
}

/** Makes calls of two kinds in turn, so that what else the machine does falls on both alike. */
export async function timeAlternately(
  rounds: number,
  one: (n: number) => Promise<unknown>,
  other: (n: number) => Promise<unknown>,
): Promise<readonly [Timing, Timing]> {
  const ofOne: number[] = [];
  const ofOther: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    ofOne.push(await timeOne(one, n));
    ofOther.push(await timeOne(other, n));
  }
  return [summary(ofOne, total(ofOne)), summary(ofOther, total(ofOther))];
}

async function timeOne(call: (n: number) => Promise<unknown>, n: number): Promise<number> {
  const began = performance.now();
  await call(n);
  return performance.now() - began;
}

function summary(taken: readonly number[], wholeMs: number, cpu = Number.NaN): Timing {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return {
    calls: sorted.length,
    perSecond: (sorted.length / wholeMs) * 1000,
    median: at(0.5),
    p99: at(0.99),
    cpu,
  };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
