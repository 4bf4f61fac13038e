/** `iotcore`: the only file that sees the environment, the streams and the exit status of the process. */
import { systemClock } from '@iotcore/process';
import { Context } from './context.ts';
import { runProgram } from './program.ts';

/** The first Ctrl-C, or a polite `kill`, lets the command end what it does; the second ends it. */
function onInterrupt(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

// The reader of the output may have seen enough: `iotcore device list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const context = new Context({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt,
  now: systemClock.date,
});
process.exitCode = await runProgram(process.argv.slice(2), context);
