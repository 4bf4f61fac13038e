/** In a clone the console is built while everything else runs: the API serves it as soon as it is there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isRunning } from '@iotcore/process';

const script = fileURLToPath(new URL('../../../scripts/console.mjs', import.meta.url));

/** Begins it, if there is anything to build; it says by itself what went wrong. Returns what ends it. */
export function buildConsole(): () => Promise<void> {
  // In a group of its own: Ctrl-C on a terminal reaches the supervisor alone.
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  child.on('error', () => undefined);
  return () => end(child);
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
