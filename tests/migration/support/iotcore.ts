import type { Installation } from '@iotcore/testkit';
import { envOf, type Outcome, Run, iotcore as runToItsEnd } from '../../cli/support/iotcore.ts';

type Target = Pick<Installation, 'apiUrl' | 'adminToken'>;

/** A command line on an installation. */
export function start(target: Target, ...args: readonly string[]): Run {
  return new Run(args, { env: envOf(target) });
}

/** Runs it to its end. */
export function iotcore(target: Target, ...args: readonly string[]): Promise<Outcome> {
  return runToItsEnd(args, { env: envOf(target) });
}

// biome-ignore lint/suspicious/noExplicitAny: the report is what the tests are there to look at
export type Report = any;

/** Imports a folder; its report, and how the command ended. */
export async function migrate(
  target: Target,
  folder: string,
  ...args: readonly string[]
): Promise<Outcome & { readonly report: Report }> {
  const outcome = await iotcore(target, 'migrate', 'yandex', folder, '--format', 'json', ...args);
  return { ...outcome, report: outcome.stdout === '' ? undefined : JSON.parse(outcome.stdout) };
}
