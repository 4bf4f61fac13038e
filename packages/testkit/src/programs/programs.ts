/**
 * What a test starts: a bundle of the program, which starts in half to two thirds of the time, or with TEST_SOURCE its source, as
 * `npm run test:full` does.
 */
import { inject } from 'vitest';
import { callHttp } from '../api/http-call.ts';
import { isFull } from '../run/full.ts';
import { type ProgramName, programBundle, programSources } from './program-bundles.ts';

const runsSources = isFull || process.env['TEST_SOURCE'] === '1';
let made: Promise<void> | undefined;

/** Waits until there is something to start: for the bundles, which the first test of a run that asks has made. */
export async function preparePrograms(): Promise<void> {
  if (runsSources) return;
  made ??= askForBundles();
  await made;
}

/** The file that Node runs. */
export function programFile(name: ProgramName): string {
  return runsSources ? programSources[name] : programBundle(name);
}

async function askForBundles(): Promise<void> {
  const { status, text } = await callHttp(new URL('/programs', inject('testRunUrl')), { method: 'POST' });
  if (status !== 200) throw new Error(`the programs could not be bundled: ${text}`);
}
