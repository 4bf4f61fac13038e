/**
 * Builds that are broken on purpose, to show that the checker notices. Nothing in the product can be switched to behave
 * like that: a module is rewritten while it is loaded, in a process that the chaos runner starts.
 */
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Break } from './builds.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Replaces a piece of a file of the repository. The file must hold it once, so that it cannot go stale. */
export function breakModule({ file, right, wrong }: Break): void {
  const url = pathToFileURL(resolve(root, file)).href;
  registerHooks({
    load(loading, context, next) {
      const loaded = next(loading, context);
      if (loading !== url) return loaded;
      const source = String(loaded.source);
      if (source.split(right).length !== 2)
        throw new Error(`${file} does not hold what is to be broken once`);
      return { ...loaded, source: source.replace(right, () => wrong) };
    },
  });
}

/** Starts the data plane with the broken module. */
export async function startMqtt(): Promise<void> {
  await import(pathToFileURL(resolve(root, 'apps/mqtt/src/main.ts')).href);
}
