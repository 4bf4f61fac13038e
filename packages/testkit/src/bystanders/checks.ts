import { Cleanups } from '@iotcore/process';
import { expectNoLeaks } from '../processes/build-installation.ts';
import type { Installation } from '../processes/installation.ts';
import { expectNoErrorLines, expectNoUncaughtErrors } from '../processes/uncaught-errors.ts';
import { expectNothingKept, type Footprint, footprint } from './footprint.ts';

/** What an installation held when it was looked at last; nothing happens to it between two files. */
const lastSeen = new WeakMap<Installation, Footprint>();

/**
 * Notes what the processes of an installation hold and have written. The returned function fails unless they then hold no
 * more and have logged no error, and no secret is found in what they wrote and stored since.
 */
export async function beginChecks(installation: Installation): Promise<() => Promise<void>> {
  const since = { at: new Date(), log: installation.logPosition() };
  installation.api.errorBodies.length = 0;
  const before = lastSeen.get(installation) ?? (await footprint(installation));
  const checks = new Cleanups();
  checks.add(() => expectNoLeaks(installation, since));
  checks.add(() => installation.readMetrics());
  checks.add(async () => expectNoUncaughtErrors(installation, undefined, since.log));
  checks.add(async () => expectNoErrorLines(installation, since.log));
  checks.add(async () => lastSeen.set(installation, await expectNothingKept(installation, before)));
  return () => checks.runBackwards();
}
