import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { type ClusterPaths, serverEnvironment } from './cluster.ts';
import { type ServerOptions, settingArguments } from './server-settings.ts';
import { type Launch, launchCommand } from './system-user.ts';

export interface ServerProgram {
  readonly path: string;
  readonly launch: Launch;
}

const logMode = 0o600;

/**
 * Starts the server in a process group of its own: a Ctrl-C in the terminal would stop it before the processes that use it. It
 * writes to a file, not to a pipe, because a pipe that nobody reads any more would hold it up.
 */
export async function spawnServer(
  { path, launch }: ServerProgram,
  { cluster, log }: ClusterPaths,
  options: ServerOptions,
): Promise<ChildProcess> {
  const [command, args, user] = launchCommand(launch, path, ['-D', cluster, ...settingArguments(options)]);
  const logFile = await open(log, 'a', logMode);
  try {
    const child = spawn(command, args, {
      ...user,
      detached: true,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', logFile.fd, logFile.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    await logFile.close();
  }
}
