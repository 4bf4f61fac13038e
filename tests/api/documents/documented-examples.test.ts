/** docs/api.md shows real requests with real answers: here they are made, in order, as a reader would paste them. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { connectMqtt, makePassword, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const run = promisify(execFile);

const page = readFileSync(join(repositoryRoot, 'docs/api.md'), 'utf8');
const examples = [...page.matchAll(/```sh\n((?:(?!```).)*?)```\n```json\n(.*?)```/gs)].map((match) => ({
  command: match[1] ?? '',
  answer: match[2] ?? '',
}));

/** What differs each time, in place of itself. */
function withoutChance(text: string): unknown {
  return JSON.parse(
    text
      .replaceAll(/are[0-9a-v]{17}/g, '<ID>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/iotcore_[\w-]{43}/g, '<secret>')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<UUID>')
      .replaceAll(/curl\/[\d.]+/g, '<curl>'),
  );
}

/** `registryId` of an operation's metadata is `$REGISTRY_ID` in the examples after it. */
function variablesOf({ metadata = {} }: { metadata?: Record<string, string> }): Record<string, string> {
  const ids = Object.entries(metadata).filter(([name]) => name !== '@type');
  return Object.fromEntries(ids.map(([name, id]) => [name.replaceAll(/[A-Z]/g, '_$&').toUpperCase(), id]));
}

const [, settingUp = ''] = /```sh\n(API=.*?)```/s.exec(page) ?? [];
const [, watching = '', watched = ''] = /```sh\n(curl -sN .*?)```\n\n```text\n(.*?)```/s.exec(page) ?? [];

/** `API` and `TOKEN`, as a reader's shell has them. */
async function readVariables(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-api-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(installation().dataDir, join(folder, 'data'));
  const here = settingUp.replace('http://127.0.0.1:8080', installation().apiUrl);
  const { stdout } = await run('bash', ['-ec', `${here}\necho "$API $TOKEN"`], { cwd: folder });
  const [API = '', TOKEN = ''] = stdout.trim().split(' ');
  return { API, TOKEN };
}

test('every example answers as the page says', async () => {
  expect(examples.length).toBeGreaterThan(12);
  let variables = await readVariables();
  expect(variables).toEqual({ API: installation().apiUrl, TOKEN: installation().adminToken });
  for (const { command, answer } of examples) {
    const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, ...variables } });
    expect({ command, answer: withoutChance(stdout) }).toEqual({ command, answer: withoutChance(answer) });
    variables = { ...variables, ...variablesOf(JSON.parse(stdout)) };
  }
});

test('a live view shows a message as the page says', async () => {
  const { api, overTcp } = installation();
  const password = makePassword();
  const { id } = await api.createDevice((await api.createRegistry()).id, { password });
  const device = await connectMqtt({ ...overTcp, username: id, password });
  const env = { ...process.env, ...(await readVariables()), DEVICE_ID: id };
  const view = spawn('bash', ['-c', `exec ${watching}`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void view.kill());
  const shown: string[] = [];
  for await (const line of createInterface({ input: view.stdout })) {
    // What it begins with says that it is there, and hears from now on.
    if (shown.length === 0) await device.publish(`$devices/${id}/events`, 'hot', { qos: 1 });
    shown.push(line);
    if (line.startsWith('data: {"at"')) break;
  }
  await device.end();
  const shape = (line = '') =>
    line.replaceAll(/are[0-9a-v]{17}/g, '<ID>').replace(/"at":"[^"]*"/, '"at":"<time>"');
  expect(shape(shown.at(-1))).toBe(shape(watched.trim().split('\n').at(-1)));
});
