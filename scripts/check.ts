/** Everything that must hold besides the tests. All of it is run, so that one failure does not hide another. */
import { spawnSync } from 'node:child_process';

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', 'tsconfig.json'],
  ['types of the oldest Node', 'node', 'scripts/checks/check-oldest-node.ts'],
  ['types of the console', 'node', 'scripts/console.mjs', 'types'],
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ['import directions', 'node', 'scripts/checks/check-imports.ts'],
  ['clocks', 'node', 'scripts/checks/check-clocks.ts'],
  ['folders', 'node', 'scripts/checks/check-folders.ts'],
  ['words', 'node', 'scripts/checks/check-words.ts'],
  ['dependencies', 'node', 'scripts/checks/check-dependencies.ts'],
  ['MQTT statements', 'node', 'scripts/checks/check-mqtt-statements.ts'],
  ['dead code', 'knip'],
  ['docs/settings.md is up to date', 'node', 'scripts/generate/settings-docs.ts', '--check'],
  ['openapi.yaml is up to date', 'node', 'scripts/generate/openapi.ts', '--check'],
  ['OpenAPI documents', 'node', 'scripts/checks/lint-openapi.ts'],
  ['TypeScript client is up to date', 'node', 'scripts/generate/sdk.ts', '--check'],
  ['gRPC messages are up to date', 'node', 'scripts/generate/proto.ts', '--check'],
  ['Prisma client is up to date', 'node', 'scripts/generate/prisma.mjs', '--check'],
];

let failed = 0;
for (const [name, command, ...args] of checks) {
  console.log(`\n--- ${name}`);
  // npm puts the programs of the lock file, Node included, first in PATH.
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) continue;
  console.error(`--- ${name}: failed`);
  failed += 1;
}
console.log(`\n${checks.length - failed} of ${checks.length} checks passed`);
if (failed > 0) process.exitCode = 1;
