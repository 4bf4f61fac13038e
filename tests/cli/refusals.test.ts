/** What the command line refuses: with which exit code, in which words, and what it leaves as it was. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, makePassword, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { iotcore, iotcoreIn } from './support/iotcore.ts';

const installation = sharedInstallation();

function env(token = installation().adminToken): Record<string, string> {
  const { apiUrl, dataDir } = installation();
  return { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: token, IOT_DATA_DIR: dataDir };
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Refused with this exit code, in one message, with nothing on standard output. */
async function refused(line: readonly string[], status: number, message: RegExp, options = { env: env() }) {
  const outcome = await iotcore(line, options);
  expect({ line, ...outcome }).toMatchObject({ line, status, stdout: '' });
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr, 'no stack').not.toMatch(/^\s+at /m);
}

test('a command line that is wrong ends with 2, and says what was meant', async () => {
  await refused(['registry', 'lits'], 2, /unknown command 'lits'\n\(Did you mean list\?\)/);
});

test('values that the API refuses end with 2, each named', async () => {
  const line = ['registry', 'create', 'not a name', '--labels', 'Colour=red', '--password', 'short'];
  await refused(line, 2, /name: Only characters.*\n.*|labels/);
  const { stderr } = await iotcore(line, { env: env() });
  for (const field of ['name', 'labels', 'password']) expect(stderr).toContain(`${field}: `);
  expect(stderr, 'a password is not repeated').not.toContain('short"');
});

test('what is not there ends with 3, by ID and by name', async () => {
  await refused(['registry', 'get', '--id', 'are00000000000000000'], 3, /not found/i);
  await refused(['registry', 'get', 'nothing'], 3, /no registry nothing in the folder default/);
  await refused(['broker', 'delete', '--name', 'nothing'], 3, /no broker nothing/);
  await refused(['device', 'get', 'nothing'], 3, /no device nothing in the folder default/);
});

test('a token that is bad, or may not, ends with 4', async () => {
  await refused(['registry', 'list'], 4, /--token, IOTCORE_TOKEN/, { env: env('nobody') });
  await refused(['registry', 'list'], 4, /--token/, { env: env('iotcore_nobody') });
});

test('what exists already, or is not empty, ends with 5', async () => {
  const { id } = await installation().api.createRegistry({ name: 'taken', folderId: 'conflicts' });
  await refused(['registry', 'create', 'taken', '--folder-id', 'conflicts'], 5, /taken/);
  await installation().api.createDevice(id);
  await refused(['registry', 'delete', id], 5, /\w/);
  expect((await iotcore(['registry', 'get', id], { env: env() })).status).toBe(0);
});

describe('what does not answer ends with 6', () => {
  test('when nothing runs on the data folder', async () => {
    const dataDir = makeFolder();
    await refused(['registry', 'list'], 6, /nothing runs on the data folder .*`npm start`/, {
      env: { IOTCORE_DATA_DIR: dataDir },
    });
  });

  test('when the connection is cut', async () => {
    const port = await listen((socket) => socket.destroy());
    const line = ['registry', 'list', '--endpoint', `http://127.0.0.1:${port}`];
    await refused(line, 6, /cannot be reached \(.+\): is it running\?/);
  });
});

test('what answers is not always this API', async () => {
  const page = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>';
  const port = await listen((socket) => socket.end(page));
  await refused(['registry', 'list', '--endpoint', `http://127.0.0.1:${port}`], 1, /not as this API does/);
});

test('a device name that several registries know is not guessed', async () => {
  const { api } = installation();
  const folderId = 'two-of-a-name';
  const registries = [await api.createRegistry({ folderId }), await api.createRegistry({ folderId })];
  const devices = [];
  for (const { id } of registries) devices.push(await api.createDevice(id, { name: 'pump' }));
  const line = ['device', 'delete', 'pump', '--folder-id', folderId];
  await refused(line, 2, /several devices are named pump/);
  const [first] = registries;
  const { status } = await iotcore([...line, '--registry-id', first?.id ?? ''], { env: env() });
  expect(status).toBe(0);
  expect((await iotcore(['device', 'get', devices[1]?.id ?? ''], { env: env() })).status).toBe(0);
});

test('a private key is sent nowhere, and a file that is there is not overwritten', async () => {
  const cwd = makeFolder();
  expect((await iotcoreIn(cwd, ['certificate', 'create', '--algorithm', 'ecdsa-p256'])).status).toBe(0);
  expect(statSync(join(cwd, 'key.pem')).mode & 0o777).toBe(0o600);
  const key = readFileSync(join(cwd, 'key.pem'), 'utf8');
  const add = await iotcoreIn(cwd, ['registry', 'certificate', 'add', 'x', '--certificate-file', 'key.pem'], {
    env: env(),
  });
  expect(add).toMatchObject({ status: 2, stderr: expect.stringContaining('holds a private key') });
  const again = await iotcoreIn(cwd, ['certificate', 'create']);
  expect(again).toMatchObject({ status: 5, stderr: expect.stringContaining('stays as it is') });
  rmSync(join(cwd, 'cert.pem'));
  expect((await iotcoreIn(cwd, ['certificate', 'create'])).status).toBe(5);
  expect(readFileSync(join(cwd, 'key.pem'), 'utf8')).toBe(key);
});

test('adoption is not switched on by somebody who was not asked', async () => {
  const { id } = await installation().api.createRegistry();
  const line = ['migrate', 'adoption', 'on', '--registry-id', id, '--until', '2d'];
  await refused(line, 2, /trust on first use[\s\S]*nothing was changed: give --yes/);
  await refused(['migrate', 'adoption', 'show', '--registry-id', id], 3, /adoption is off/);
  const on = await iotcore([...line, '--yes', '--format', 'json'], { env: env() });
  expect(on.status).toBe(0);
  expect(JSON.parse(on.stdout)).toMatchObject({ registry_id: id, networks: [] });
  expect(on.stderr, 'it is told all the same').toContain('trust on first use');
});

test('the status of a move with options that say nothing together', async () => {
  await refused(['migrate', 'status', '--limit', '20'], 2, /--limit .* with --devices/);
  for (const broker of [
    ['--broker-name', 'x'],
    ['--broker-id', 'are00000000000000000'],
  ])
    await refused(['migrate', 'status', ...broker, '--devices', 'not-seen'], 2, /a broker has no devices/);
});

test('a password that is given is shown nowhere', async () => {
  const { id } = await installation().api.createRegistry();
  const password = makePassword();
  const cwd = makeFolder();
  writeFileSync(join(cwd, 'password.txt'), `${password}\n`);
  const ways = [
    { line: ['--password', password], input: '' },
    { line: ['--password-file', 'password.txt'], input: '' },
    { line: [], input: `${password}\n` },
  ];
  for (const { line, input } of ways) {
    const added = await iotcoreIn(cwd, ['registry', 'password', 'add', id, ...line], { env: env(), input });
    expect(added.status, added.stderr).toBe(0);
    expect(added.stdout + added.stderr).not.toContain(password);
  }
  const none = await iotcore(['registry', 'password', 'add', id], { env: env() });
  expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing to read') });
});
