import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LockHolder, type ProcessLock, StartupError, takeLock } from '@iotcore/process';

const pollMs = 50;
/** A process that has announced that it stops has ended by then, or hangs. */
const stopPatienceMs = 10_000;

/**
 * One start per data folder. Waits for one that is stopping.
 *
 * @throws StartupError if another process holds the folder, or it cannot be written
 */
export async function lockDataFolder(dataDir: string, signal: AbortSignal): Promise<ProcessLock> {
  const deadline = performance.now() + stopPatienceMs;
  for (;;) {
    const { lock, holder } = tryLock(dataDir);
    if (lock) return lock;
    if (!holder.stopping || performance.now() > deadline) throw inUse(dataDir, holder);
    await sleep(pollMs, undefined, { signal });
  }
}

function tryLock(dataDir: string): ReturnType<typeof takeLock> {
  try {
    return takeLock(join(dataDir, 'lock.json'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `IOT_DATA_DIR: cannot write to ${dataDir} (${code}); name a folder that may be written`,
    );
  }
}

function inUse(dataDir: string, { pid }: LockHolder): StartupError {
  return new StartupError(
    `IOT_DATA_DIR: ${dataDir} is in use, IoT Core is already running on it (process ${pid}); stop that one, or name another folder`,
  );
}
