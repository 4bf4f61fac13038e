/** docs/tutorials: every page is run as it stands, as one script, in a folder with the files that it shows. */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@iotcore/store';
import { fullTest, repositoryRoot, sharedInstallation, startPostgres } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bin } from '../cli/support/iotcore.ts';

const folder = join(repositoryRoot, 'docs/tutorials');
const pages = globSync('*.md', { cwd: folder }).filter((name) => name !== 'README.md');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const run = promisify(execFile);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
/** A page is some twenty processes, one after the other. */
vi.setConfig({ testTimeout: 300_000 });

const blocksOf = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);

test('the list has every page, and every page but that of the clients has commands', () => {
  expect(pages.filter((page) => !read('README.md').includes(`(${page})`))).toEqual([]);
  expect(pages.filter((page) => blocksOf(read(page), 'sh').length === 0)).toEqual(['clients.md']);
});

describe('what is taught works', () => {
  const installation = sharedInstallation({
    programs: ['supervisor'],
    env: { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.1/32,::1/128' },
  });

  /** What it prints. */
  async function follow(commands: string, files: readonly string[] = []): Promise<string> {
    const home = mkdtempSync('/tmp/iotcore-tutorial-');
    onTestFinished(() => rmSync(home, { recursive: true, maxRetries: 5 }));
    for (const code of files) writeFileSync(join(home, /^\/\/ ([\w.]+):/.exec(code)?.[1] ?? ''), code);
    const script = `iotcore() { '${process.execPath}' '${bin}' "$@"; }\nnode() { '${process.execPath}' "$@"; }\nset -euo pipefail\n`;
    const env = { PATH: process.env['PATH'], HOME: home, IOTCORE_DATA_DIR: installation().dataDir };
    const { stdout } = await run('bash', ['-c', script + commands], { cwd: home, env });
    return stdout;
  }

  function followPage(name: string): Promise<string> {
    const page = read(name);
    return follow(blocksOf(page, 'sh').join('\n'), blocksOf(page, 'js'));
  }

  fullTest('readings become rows', async () => {
    const postgres = await startPostgres();
    const url = new URL(postgres.url('postgres'));
    const { password } = url;
    url.password = '';
    const page = read('database.md');
    const asked = blocksOf(page, 'sql')[0] ?? '';
    const ours = page
      .replace('postgresql://iot@127.0.0.1:5432/readings', url.href)
      .replace('"password": "secret"', `"password": "${password}"`);
    const [teaching = '', tidying = ''] = blocksOf(ours, 'sh');
    await follow(teaching);
    const database = openDatabase(postgres.url('postgres'), { logger: quiet });
    onTestFinished(() => database.close());
    const ask = async () => (await database.pool.query<{ device_id: string; avg: string }>(asked)).rows;
    await expect.poll(async () => (await ask()).length).toBe(5);
    for (const { avg } of await ask()) expect(Number(avg)).toBeGreaterThanOrEqual(18);
    await follow(tidying);
  });

  fullTest('devices that are there, and are not, are told apart', async () => {
    const printed = await followPage('watching.md');
    expect(printed).toMatch(/north/);
    expect(printed).toMatch(/south/);
  });

  fullTest('a reading that is too warm is answered with a command', async () => {
    expect(await followPage('alarms.md')).toMatch(/^open$/m);
  });

  fullTest('what was sent has arrived', async () => {
    expect(await followPage('delivery.md')).toContain('all of them, in order');
  });

  fullTest('emulated devices are gone at the end', async () => {
    await followPage('emulation.md');
    const { registries = [] } = await installation().api.must(
      'GET',
      '/iot-devices/v1/registries?folderId=default',
    );
    expect(registries.map(({ name }: { name: string }) => name)).not.toContain('trial');
  });
});
