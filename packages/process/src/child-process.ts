import type { ChildProcess } from 'node:child_process';

/** Whether a child process was started and has not ended, by itself or by a signal. */
export function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
