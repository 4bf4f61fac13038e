import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleOf, makeBundles } from './bundle.ts';
import { withSourceLines } from './source-lines.ts';

/** Fails in line 4. */
const failing = `interface Unused {
  readonly nothing: string;
}
export const fail = (): never => { throw new Error('on purpose'); };
`;
/** Says what it finds beside its source, which program it would start, and then fails. */
const program = `import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './fail.ts';
const text: string = readFileSync(join(import.meta.dirname, 'text'), 'utf8');
console.log(text, new URL('../../other/src/main.ts', import.meta.url).href, import.meta.url, import.meta.filename);
fail();
`;

async function project() {
  const root = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write('apps/one/src/main.ts', program);
  await write('apps/one/src/fail.ts', failing);
  await write('apps/one/src/text', 'first');
  await write('apps/other/src/main.ts', `console.log('other');\n`);
  const programs = { one: 'apps/one/src/main.ts', other: 'apps/other/src/main.ts' };
  return { write, options: { root, folder: 'cache/programs', programs, sources: ['apps/*/src/**/*.ts'] } };
}

test('a bundled program finds what lies beside its source, and starts bundles', async () => {
  const { options } = await project();
  await makeBundles(options);
  const { stdout } = spawnSync(process.execPath, [bundleOf(options, 'one')], { encoding: 'utf8' });
  const source = join(options.root, 'apps/one/src/main.ts');
  expect(stdout).toBe(`first file://${bundleOf(options, 'other')} file://${source} ${source}\n`);
});

test('an error in a bundled program names the lines of its sources', async () => {
  const { options } = await project();
  await makeBundles(options);
  const { stderr } = spawnSync(process.execPath, [bundleOf(options, 'one')], { encoding: 'utf8' });
  const places = withSourceLines(stderr);
  expect(places).toContain(`${join(options.root, 'apps/one/src/fail.ts')}:4:`);
  expect(places).toContain(`${join(options.root, 'apps/one/src/main.ts')}:6:1`);
  expect(places).not.toContain(options.folder);
});

test('places in files that are no bundles stay as they are', () => {
  const trace = 'at run (file:///nowhere/at/all.mjs:3:5)\n at node:internal/modules/run_main:107:5';
  expect(withSourceLines(trace)).toBe(trace);
});

test('bundles are made anew when a source has changed, and not otherwise', async () => {
  const { write, options } = await project();
  expect(await makeBundles(options)).toBe(true);
  const { mtimeMs } = await stat(bundleOf(options, 'other'));
  expect(await makeBundles(options)).toBe(false);
  expect((await stat(bundleOf(options, 'other'))).mtimeMs).toBe(mtimeMs);
  await write('apps/other/src/main.ts', `console.log('another');\n`);
  expect(await makeBundles(options)).toBe(true);
  expect(await readFile(bundleOf(options, 'other'), 'utf8')).toContain('another');
});

test('a source that cannot be bundled leaves no half of a bundle', async () => {
  const { write, options } = await project();
  await write('apps/one/src/main.ts', `import { missing } from './missing.ts';\nmissing();\n`);
  await expect(makeBundles(options)).rejects.toThrow('missing.ts');
  await expect(stat(bundleOf(options, 'other'))).rejects.toThrow('ENOENT');
});
