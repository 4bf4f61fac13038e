import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { compile } from './compile.mjs';

/** A clone whose one program notes that it was loaded, and the cache that is made of it. */
let folder: string;
let program: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iotcore-compile-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cache = join(folder, 'cache');
  mkdirSync(join(folder, 'src'));
  program = join(folder, 'src', 'main.ts');
  writeFileSync(
    program,
    `import { appendFileSync } from 'node:fs';
     const told: string = process.env['IOT_INTERNAL_LOADS_ONLY'] ?? 'nothing';
     appendFileSync(${JSON.stringify(join(folder, 'loads'))}, told + ' ');`,
  );
  vi.stubEnv('NODE_COMPILE_CACHE', cache);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

const compileAll = (signal = new AbortController().signal, place = cache) =>
  compile(process.execPath, [program], { cache: place, sources: [join(folder, 'src')], signal });
const loads = () => (existsSync(join(folder, 'loads')) ? readFileSync(join(folder, 'loads'), 'utf8') : '');

test('programs are loaded once for a cache of what was compiled, and again when a source is newer', async () => {
  await compileAll();
  await compileAll();
  expect(loads()).toBe('on ');
  expect(readdirSync(cache).length).toBeGreaterThan(1);
  const later = new Date(Date.now() + 60_000);
  utimesSync(program, later, later);
  await compileAll();
  expect(loads()).toBe('on on ');
});

test('a place that cannot be written to is left as it is, and stops nothing', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await compileAll(undefined, join(file, 'cache'));
  expect(loads()).toBe('');
});

test('being stopped ends it, and the next start begins it anew', async () => {
  const stopped = new AbortController();
  stopped.abort(new Error('stopped'));
  await expect(compileAll(stopped.signal)).rejects.toThrow('stopped');
  await compileAll();
  expect(existsSync(join(cache, 'compiled'))).toBe(true);
});
