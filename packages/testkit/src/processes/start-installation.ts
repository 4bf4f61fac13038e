import { Cleanups } from '@iotcore/process';
import { onTestFailed, onTestFinished } from 'vitest';
import { noteLogs } from '../run/failure-logs.ts';
import { slowness } from '../run/slowness.ts';
import { buildInstallation, type InstallationOptions } from './build-installation.ts';
import type { Installation } from './installation.ts';

/** Starts an installation for one test. It ends with the test; when that failed, what the programs wrote is shown. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const cleanups = new Cleanups();
  onTestFinished(() => cleanups.runBackwards(), 60_000 * slowness());
  let installation: Installation | undefined;
  onTestFailed(({ task }) => noteLogs(task, installation?.logs()));
  installation = await buildInstallation(options, cleanups);
  if (options.waitUntilReady ?? true) await installation.ready();
  return installation;
}
