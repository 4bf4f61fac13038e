import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readRunFile, type Secret, type Settings, StartupError } from '@iotcore/process';

const supervisor = fileURLToPath(new URL('../../supervisor/src/main.ts', import.meta.url));

/**
 * Does the work on the database of the installation: the one that is set, else that of a running `npm start`; else the
 * embedded one is started for as long as it takes, just as `npm run db` would, so that nobody else starts meanwhile.
 */
export async function withDatabase<T>(
  { databaseUrl, dataDir }: Settings,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = databaseUrl ?? (await runningDatabase(dataDir));
  if (running) return work(running.reveal());
  const child = spawn(process.execPath, [supervisor, 'db'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Ctrl-C on a terminal is for this process, which still needs its database for the way out.
    detached: true,
  });
  try {
    await ready(child);
    const started = await runningDatabase(dataDir);
    if (!started) throw new StartupError('the database ended right after its start');
    return await work(started.reveal());
  } finally {
    await end(child);
  }
}

async function runningDatabase(dataDir: string): Promise<Secret | undefined> {
  return (await readRunFile(dataDir))?.databaseUrl;
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.on('message', ({ type }: { type: string }) => {
      // What is wrong it has said on standard error by itself.
      if (type === 'ready') resolve();
      else reject(new StartupError('the database did not start'));
    });
    child.once('error', reject);
    child.once('exit', () => reject(new StartupError('the database did not start')));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
