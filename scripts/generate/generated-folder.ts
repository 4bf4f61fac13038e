/** What the scripts have in common that generate code which is committed. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * Runs `generate` in a temporary folder; it returns the folder of its result. With --check the process fails if
 * `committed` differs from that; without, `committed` becomes it. `what` names the result in the error.
 */
export async function keepFresh(
  what: string,
  committed: string,
  generate: (workplace: string) => Promise<string>,
): Promise<void> {
  const workplace = await mkdtemp(join(tmpdir(), 'iotcore-generate-'));
  try {
    const fresh = await generate(workplace);
    const [now, before] = await Promise.all([readTree(fresh), readTree(committed)]);
    const paths = [...new Set([...now.keys(), ...before.keys()])];
    const stale = paths.filter((path) => now.get(path) !== before.get(path));
    if (stale.length === 0) return;
    if (process.argv.includes('--check')) {
      console.error(`${what} is stale: run \`npm run generate\`. Differs: ${stale.join(', ')}`);
      process.exitCode = 1;
      return;
    }
    await rm(committed, { recursive: true, force: true });
    await cp(fresh, committed, { recursive: true });
  } finally {
    await rm(workplace, { recursive: true });
  }
}

/** The contents of all files below a folder, by path; none if it is not there. */
export async function readTree(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (file: string) => [relative(folder, file), await readFile(file, 'utf8')] as const;
  return new Map(await Promise.all(files.map(read)));
}
