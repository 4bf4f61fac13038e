/** The programs that tests start, and the bundles of them. */
import { resolve } from 'node:path';
import { type BundleOptions, bundleOf, makeBundles } from './bundle.ts';

/**
 * The two planes, each alone, what sends exports, or the supervisor, which starts all three and, if need be, a Postgres; what makes and
 * restores archives; the command line.
 */
export const programSources = {
  api: 'apps/api/src/main.ts',
  mqtt: 'apps/mqtt/src/main.ts',
  export: 'apps/export/src/main.ts',
  supervisor: 'apps/supervisor/src/main.ts',
  backup: 'apps/backup/src/main.ts',
  cli: 'apps/cli/src/main.ts',
} as const;
export type ProgramName = keyof typeof programSources;

const options: BundleOptions = {
  root: resolve(import.meta.dirname, '../../../..'),
  folder: 'node_modules/.cache/programs',
  programs: programSources,
  sources: ['{apps,packages}/*/package.json', '{apps,packages}/*/src/**/*.{ts,mjs,js}', 'package-lock.json'],
};

/** Makes them, unless those of an earlier run are of the same sources. */
export async function makeProgramBundles(): Promise<void> {
  await makeBundles(options);
}

export function programBundle(name: ProgramName): string {
  return bundleOf(options, name);
}
