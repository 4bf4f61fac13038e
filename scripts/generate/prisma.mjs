/**
 * Generates the Prisma client into packages/store/src/generated, where it is committed: a clone then runs without the
 * Prisma CLI. `--check` generates into a temporary folder instead and fails when the committed client is stale.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const committed = 'packages/store/src/generated';
const schemaPath = 'prisma/schema.prisma';

/** Where the CLI is installed, by the lock file that lies there: with the packages of this project npm would install it for everybody. */
const cli = 'scripts/generate/prisma';

/** Only who generates has it. */
function installCli() {
  if (existsSync(join(cli, 'node_modules/.package-lock.json'))) return;
  execFileSync('npm', ['ci', '--prefix', cli, '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** The CLI wants a native schema engine, which it would download; generating does not use it, so any executable will do. */
function generate(schema) {
  installCli();
  execFileSync(
    process.execPath,
    [`${cli}/node_modules/prisma/build/index.js`, 'generate', `--schema=${schema}`],
    {
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
}

/** @returns {Promise<Map<string, string>>} contents by path */
async function readTree(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')]),
    ),
  );
}

async function staleFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-prisma-'));
  try {
    await mkdir(join(folder, 'prisma'));
    await copyFile(schemaPath, join(folder, schemaPath));
    generate(join(folder, schemaPath));
    const fresh = await readTree(join(folder, committed));
    const old = await readTree(committed);
    return [...new Set([...fresh.keys(), ...old.keys()])].filter((file) => fresh.get(file) !== old.get(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv.includes('--check')) {
  const stale = await staleFiles();
  if (stale.length > 0) {
    console.error(`The Prisma client is stale: run \`npm run generate\`. Differs: ${stale.join(', ')}`);
    process.exit(1);
  }
} else {
  generate(schemaPath);
}
