/** What docs/clients.md says of the Node SDK, done as it says: the key of a program, and both ways to prove who calls. */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { redirectTo } from './support/redirect.ts';

const iam = 'iam.api.cloud.yandex.net';
const installation = sharedInstallation({ env: { IOT_TLS_NAMES: iam } });
const page = await readFile(join(repositoryRoot, 'docs/clients.md'), 'utf8');

/** The code of a section, block by block. */
function blocks(section: string, language: string): string[] {
  const text = page.split(/^## /m).find((one) => one.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
}

/** A folder in which `data` is the installation's, as the page takes for granted. */
async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-sdk-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(installation().dataDir, join(folder, 'data'));
  return folder;
}

/** Runs a program of the page in a folder, with the packages that lie beside this file. What it printed. */
async function runProgram(code: string, folder: string, env: Record<string, string> = {}): Promise<string> {
  await symlink(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'));
  const here = code.replaceAll('localhost:8443', `localhost:${installation().apiTlsPort}`);
  const inFolder = ['-C', folder, process.execPath, '--input-type=module', '--eval', here];
  const command = new Command('env', inFolder, env);
  expect(await command.status(), command.text).toBe(0);
  return command.text;
}

async function makeKeyFile(folder: string): Promise<void> {
  const [commands = ''] = blocks('A key for a program', 'sh');
  const iotcore = `"${process.execPath}" "${join(repositoryRoot, 'apps/cli/bin/iotcore.mjs')}"`;
  const lines = commands.replaceAll(/^iotcore/gm, iotcore);
  const command = new Command('env', ['-C', folder, 'sh', '-ec', lines], {
    IOTCORE_ENDPOINT: installation().apiUrl,
    IOTCORE_TOKEN: installation().adminToken,
  });
  expect(await command.status(), command.text).toBe(0);
}

test('a program with a token creates a registry', async () => {
  const [program = ''] = blocks('Node', 'js');
  const printed = await runProgram(program, await workFolder());
  expect(printed).toContain('done: true');
  const { registries } = await installation().api.must('GET', '/iot-devices/v1/registries?folderId=default');
  expect(registries).toContainEqual(expect.objectContaining({ name: 'greenhouse' }));
});

test('a program with a key file exchanges it as the SDK does, and acts as its account', async () => {
  const { id } = await installation().api.createRegistry({ folderId: 'default' });
  const folder = await workFolder();
  await makeKeyFile(folder);
  const { url, asked } = await redirectTo(installation().apiTlsPort);
  const [, program = ''] = blocks('Node', 'js');
  const printed = await runProgram(program, folder, {
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: join(folder, 'data/ca.crt'),
    grpc_proxy: url,
    no_grpc_proxy: 'localhost',
  });
  expect(asked).toEqual([`${iam}:443`]);
  expect(printed).toContain(id);
});
