/**
 * How many times slower than an idle machine this one is now, from 1 up: time-outs are multiplied by it. They are there
 * for what hangs; a busy machine is no failure.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Of an idle core: to start a Node that does nothing, and to count. In ms. */
const idle = { start: 45, count: 40 };
const counted = 1_000_000;
const rounds = 3;
/** What takes longer than that hangs, whatever the machine. */
const most = 10;

/** Measured once, in the process that starts the test run; its workers read what it found from the environment. */
export function measureSlowness(): number {
  process.env['TEST_SLOWNESS'] ??= String(measure());
  return slowness();
}

/** Measured now, however often it was before: for bounds that depend on how busy the machine was meanwhile. Takes half a second. */
export function measureSlownessNow(): number {
  return measure();
}

/** As measured; 1 where no test run measured it. */
export function slowness(): number {
  return Number(process.env['TEST_SLOWNESS'] ?? 1);
}

function measure(): number {
  const found = Array.from({ length: rounds }, () =>
    Math.max(
      timed(() => spawnSync(process.execPath, ['-e', '0'])) / idle.start,
      timed(count) / idle.count,
      // Workers and what they start share few cores.
      2 / availableParallelism(),
    ),
  );
  return Math.min(most, Math.max(1, ...found));
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function count(): number {
  let sum = 0;
  for (let i = 0; i < counted; i += 1) sum = (sum + i * i) % 1_000_003;
  return sum;
}
