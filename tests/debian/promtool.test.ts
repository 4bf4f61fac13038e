/** What Prometheus itself says of deploy/prometheus: promtool is part of Debian's prometheus package. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const promtool = (...args: string[]) => run('promtool', args);

async function copyOfConfiguration(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-prometheus-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(join(repositoryRoot, 'deploy/prometheus'), folder, { recursive: true });
  return folder;
}

test('a rule whose expression is broken is refused, and so is a configuration that names it', async () => {
  const folder = await copyOfConfiguration();
  const rules = join(folder, 'alerts.yml');
  const broken = (await readFile(rules, 'utf8')).replace(/expr: .*/, 'expr: rate(iotcore_build_info[5m]');
  await writeFile(rules, broken);
  await expect(promtool('check', 'rules', rules)).rejects.toThrow();
  await expect(promtool('check', 'config', join(folder, 'prometheus.yml'))).rejects.toThrow();
});

test('the rules and the configuration are valid', async () => {
  const folder = await copyOfConfiguration();
  const { stdout } = await promtool('check', 'config', join(folder, 'prometheus.yml'));
  expect(stdout).toContain('prometheus.yml is valid');
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
});
