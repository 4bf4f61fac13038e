/** How the imports of a source read in what is published: files are JavaScript, and our packages lie in one. */
import { dirname, relative } from 'node:path/posix';

/** Where a source lies once it is compiled. */
export function compiledPath(path: string): string {
  return path.replace(/\.ts$/, '.js');
}

/** Where Prisma's runtime lies there. */
const runtimeFolder = 'vendor/prisma-client/runtime';

/**
 * The code of `path`, with its imports (also those in `import()` and `new URL()`) as they are there. `entries`: the file of each import of
 * ours, by its name.
 *
 * @throws Error for an import of ours that no package exports
 */
export function rewriteSpecifiers(code: string, path: string, entries: ReadonlyMap<string, string>): string {
  const toRelative = (target: string) => {
    const found = relative(dirname(path), target);
    return found.startsWith('.') ? found : `./${found}`;
  };
  return code
    .replaceAll(/(['"])(\.\.?\/[^'"\n]*)\.ts\1/g, (_, quote, specifier) => `${quote}${specifier}.js${quote}`)
    .replaceAll(/(\bfrom |\bimport\(|\bimport )(['"])(@iotcore\/[\w/-]+)\2/g, (_, before, quote, name) => {
      const target = entries.get(name);
      if (target === undefined) throw new Error(`${path} imports ${name}, which no package exports`);
      return `${before}${quote}${toRelative(compiledPath(target))}${quote}`;
    })
    .replaceAll(
      /(['"])@prisma\/client\/runtime\/([\w.-]+?)(?:\.mjs)?\1/g,
      (_, quote, file) => `${quote}${toRelative(`${runtimeFolder}/${file}.mjs`)}${quote}`,
    );
}
