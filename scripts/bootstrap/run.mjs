// Runs a program of ours in the foreground as if it had been started directly: its output, its signals, its exit status.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Runs `node args…`; resolves to its exit status once it has ended. `onStopRequest` is told whom to tell. */
export function runInForeground(node, args, { cwd, onStopRequest }) {
  const child = spawn(node, args, {
    cwd,
    // The IPC channel is the child's way to notice that this process was killed; it says nothing over it.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // A session of its own, so that Ctrl-C in the terminal reaches it through here, once: a second one means hurry.
    detached: process.platform !== 'win32',
  });
  onStopRequest((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
  });
}
