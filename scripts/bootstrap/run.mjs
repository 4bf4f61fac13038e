// Runs a program of ours in the foreground as if it had been started directly: its output, its signals, its exit status.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const parentPollMs = 500;

/** Runs `node args…` and exits with its status once it has ended. */
export function runInForeground(node, args, { cwd }) {
  // The IPC channel is the child's way to notice that this process was killed; it says nothing over it.
  const child = spawn(node, args, { cwd, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // Ctrl-C reaches the child both by the terminal and from here: it takes two in short order for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  watchParent(() => child.kill('SIGTERM'));
  child.once('error', (error) => {
    process.stderr.write(`iotcore: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (status, signal) => {
    process.exit(status ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/** When npm is killed outright, nobody tells us, but our parent is another one from then on. */
function watchParent(onGone) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, parentPollMs);
  timer.unref();
}
