/**
 * Writes openapi.yaml (3.1) and docs/openapi-3.0.yaml (for generators that need it) from the API's own routes.
 * With --check it writes nothing, and fails if what is there is stale.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const printer = join(root, 'apps/api/src/openapi/print.ts');
const files = [
  { path: 'openapi.yaml', version: '3.1.0' },
  { path: 'docs/openapi-3.0.yaml', version: '3.0.3' },
];
const head = '# Generated from packages/contract and the routes of apps/api by scripts/generate/openapi.ts\n';

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const { path, version } of files) {
  const document = JSON.parse(execFileSync(process.execPath, [printer, version], { encoding: 'utf8' }));
  const text = head + stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
  const existing = await readFile(join(root, path), 'utf8').catch(() => '');
  if (existing === text) continue;
  stale.push(path);
  if (!check) await writeFile(join(root, path), text);
}
if (check && stale.length > 0) {
  console.error(`${stale.join(' and ')}: stale; run node scripts/generate/openapi.ts`);
  process.exitCode = 1;
}
