/**
 * Generates the TypeScript client into packages/sdk/src/generated from openapi.yaml. With --check it generates into a
 * temporary folder instead, and fails if the committed client is stale.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const committed = join(root, 'packages/sdk/src/generated');
/** Beside its own TypeScript 5: the generator uses the compiler's API, which TypeScript 7 does not have. */
const generator = join(root, 'packages/sdk/node_modules/@hey-api/openapi-ts/bin/run.js');
const config = join(root, 'packages/sdk/openapi-ts.config.ts');
/** The generator copies these folders as they are; they are not written for `exactOptionalPropertyTypes`. */
const copied = /^(client|core)[/\\]/;

/** Generates into a folder of `workplace`, which it returns. */
async function generate(workplace: string): Promise<string> {
  await copyFile(join(root, 'openapi.yaml'), join(workplace, 'openapi.yaml'));
  execFileSync(process.execPath, [generator, '--file', config, '--silent', '--no-log-file'], {
    cwd: workplace,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const folder = join(workplace, 'generated');
  for (const [path, text] of await readTree(folder))
    if (copied.test(path)) await writeFile(join(folder, path), `// @ts-nocheck\n${text}`);
  return folder;
}

/** Contents by path. */
async function readTree(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [relative(folder, file), await readFile(file, 'utf8')] as const),
    ),
  );
}

const workplace = await mkdtemp(join(tmpdir(), 'iotcore-sdk-'));
try {
  const fresh = await generate(workplace);
  const [now, before] = await Promise.all([readTree(fresh), readTree(committed)]);
  const stale = [...new Set([...now.keys(), ...before.keys()])].filter(
    (path) => now.get(path) !== before.get(path),
  );
  if (process.argv.includes('--check')) {
    if (stale.length > 0) {
      console.error(`The TypeScript client is stale: run \`npm run generate\`. Differs: ${stale.join(', ')}`);
      process.exitCode = 1;
    }
  } else if (stale.length > 0) {
    await rm(committed, { recursive: true, force: true });
    await cp(fresh, committed, { recursive: true });
  }
} finally {
  await rm(workplace, { recursive: true });
}
