/**
 * Generates the TypeScript client into packages/sdk/src/generated from openapi.yaml. With --check it fails instead if the
 * committed client is stale.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureInstalled } from '../bootstrap/install.mjs';
import { keepFresh, readTree } from './generated-folder.ts';

const root = join(import.meta.dirname, '..', '..');
/** With its own TypeScript 5: the generator uses the compiler's API, which TypeScript 7 does not have. */
const tools = join(import.meta.dirname, 'sdk');
const generator = join(tools, 'node_modules/@hey-api/openapi-ts/bin/run.js');
const config = join(tools, 'openapi-ts.config.mjs');
/** The generator copies these folders as they are; they are not written for `exactOptionalPropertyTypes`. */
const copied = /^(client|core)[/\\]/;

await keepFresh(
  'The TypeScript client',
  join(root, 'packages/sdk/src/generated'),
  async (workplace): Promise<string> => {
    await ensureInstalled(tools, { dev: true, signal: new AbortController().signal });
    await copyFile(join(root, 'openapi.yaml'), join(workplace, 'openapi.yaml'));
    execFileSync(process.execPath, [generator, '--file', config, '--silent', '--no-log-file'], {
      cwd: workplace,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const folder = join(workplace, 'generated');
    for (const [path, text] of await readTree(folder))
      if (copied.test(path)) await writeFile(join(folder, path), `// @ts-nocheck\n${text}`);
    return folder;
  },
);
