/**
 * `npm run release`: what is published, from source, as tarballs in dist/. `iotcore` is every program as plain JavaScript, in
 * the folders that they have here, so that whatever they find beside them is there too; it needs no Node of ours and no package
 * that only helps to develop. `@iotcore/sdk` is the client of the API alone, with its types.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { compiledPath, rewriteSpecifiers } from './rewrite.ts';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
/** Parts that nothing of what is published imports. */
const left = /\.test\.ts$|\/testing\/|\/behaviour\/|\/codec\/cases\/|^packages\/testkit\/|^apps\/console\//;
/** Of Prisma's runtime the three files that the generated client loads: the package has 70 MB for other databases. */
const prismaRuntime = [
  'client.mjs',
  'query_compiler_small_bg.postgresql.mjs',
  'query_compiler_small_bg.postgresql.wasm-base64.mjs',
];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readJson = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'));
const project = readJson('package.json');
const manifests = globSync('{apps,packages}/*/package.json', { cwd: root })
  // The console is built files: what they are made of is no dependency of what is published.
  .filter((path) => !/^(packages\/testkit|apps\/console)\//.test(path.replaceAll('\\', '/')))
  .map((path) => ({ folder: dirname(path), ...readJson(path) }));
const runtimeVersion = readJson('node_modules/@prisma/client/package.json').dependencies?.[
  '@prisma/client-runtime-utils'
];

/** The file that each import of ours names: `@iotcore/store/control`. */
const entries = new Map(
  manifests.flatMap(({ folder, name, exports = {} }) =>
    Object.entries(exports).map(([entry, file]): [string, string] => [
      join(name, entry).replaceAll('\\', '/'),
      join(folder, file).replaceAll('\\', '/'),
    ]),
  ),
);

function write(folder: string, path: string, text: string): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Every program and what they share, without types. */
function compileSources(target: string): void {
  const files = globSync('{apps,packages}/*/src/**/*.{ts,js,mjs}', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !left.test(path) && !/\.d\.m?ts$/.test(path));
  for (const path of files) {
    const text = readFileSync(join(root, path), 'utf8');
    const code = path.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
    write(target, compiledPath(path), rewriteSpecifiers(code, path, entries));
  }
}

function buildProgram(target: string): void {
  compileSources(target);
  cpSync(join(root, 'prisma/migrations'), join(target, 'prisma/migrations'), { recursive: true });
  for (const file of prismaRuntime)
    cpSync(
      join(root, 'node_modules/@prisma/client/runtime', file),
      join(target, 'vendor/prisma-client/runtime', file),
    );
  cpSync(join(root, 'node_modules/@prisma/client/LICENSE'), join(target, 'vendor/prisma-client/LICENSE'));
  cpSync(join(import.meta.dirname, 'iotcore.mjs'), join(target, 'bin/iotcore.mjs'));
  cpSync(join(root, 'deploy'), join(target, 'deploy'), { recursive: true });
  cpSync(join(root, 'apps/console/dist'), join(target, 'apps/console/dist'), { recursive: true });
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, file), join(target, file));
  cpSync(join(import.meta.dirname, 'iotcore.md'), join(target, 'README.md'));
  const manifest = {
    name: 'iotcore',
    version: project.version,
    description: project.description,
    license: project.license,
    type: 'module',
    bin: { iotcore: 'bin/iotcore.mjs' },
    engines: { node: '>=22.13' },
    dependencies: {
      ...dependenciesOf('dependencies'),
      '@prisma/client-runtime-utils': runtimeVersion,
    },
    optionalDependencies: dependenciesOf('optionalDependencies'),
  };
  write(target, 'package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Of all parts together, without our own, and without what is in the tarball itself. */
function dependenciesOf(kind: 'dependencies' | 'optionalDependencies'): Record<string, string> {
  const all = manifests.flatMap((manifest) => Object.entries(manifest[kind] ?? {}));
  const outside = all.filter(([name]) => !name.startsWith('@iotcore/') && name !== '@prisma/client');
  return Object.fromEntries(outside.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function buildSdk(target: string): void {
  const source = join(root, 'packages/sdk/src');
  const options = [
    '--declaration',
    '--rewriteRelativeImportExtensions',
    '--module',
    'nodenext',
    '--target',
    'es2022',
  ];
  const types = ['--lib', 'es2023,dom,dom.iterable', '--skipLibCheck', '--types', ''];
  const paths = ['--rootDir', source, '--outDir', target, join(source, 'index.ts')];
  execFileSync('tsc', ['--ignoreConfig', ...options, ...types, ...paths], { cwd: root, stdio: 'inherit' });
  for (const file of ['LICENSE']) cpSync(join(root, file), join(target, file));
  cpSync(join(import.meta.dirname, 'sdk.md'), join(target, 'README.md'));
  const { name, version, description } = readJson('packages/sdk/package.json');
  const manifest = {
    ...{ name, version, description, license: project.license, type: 'module' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    sideEffects: false,
  };
  write(target, 'package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

rmSync(dist, { recursive: true, force: true });
for (const [name, build] of [
  ['iotcore', buildProgram],
  ['sdk', buildSdk],
] as const) {
  const folder = join(dist, name);
  mkdirSync(folder, { recursive: true });
  build(folder);
  const packed = execFileSync('npm', ['pack', folder, '--pack-destination', dist, '--silent'], {
    cwd: root,
    encoding: 'utf8',
  });
  process.stdout.write(`${join(relative(root, dist), packed.trim())}\n`);
}
