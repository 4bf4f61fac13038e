/** Bodies that are made to fill the memory: a few of them would burst the heap of the API if they stayed. */
import { request } from 'node:http';
import { tries } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

/** Its heap is small. */
const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';
const mebibyte = 1024 * 1024;

/** Sends the same body again and again, four at a time; every answer must have this status. */
async function sendMany(times: number, status: number, send: () => Promise<{ readonly status: number }>) {
  for (let sent = 0; sent < times; sent += 4) {
    const answers = await Promise.all([send(), send(), send(), send()]);
    expect(answers.map((answer) => answer.status)).toEqual(Array(4).fill(status));
  }
}

/** Nobody died, and there is room to work. */
async function expectAlive(): Promise<void> {
  expect(installation().program('api').running).toBe(true);
  expect((await installation().api.createRegistry()).id).toMatch(/^are/);
}

test.each([
  ['100,000 lists deep', '['.repeat(100_000) + ']'.repeat(100_000), 200, 400],
  ['of 300,000 empty lists', `{"labels":[${'[],'.repeat(300_000)}[]]}`, 40, 400],
  ['of 9,000 unknown fields', `{${Array.from({ length: 9000 }, (_, i) => `"f${i}":1`)}}`, 40, 400],
  ['a byte over 1 MiB', `"${'x'.repeat(mebibyte - 1)}"`, 80, 413],
])('bodies %s leave no memory behind', { timeout: 60_000 }, async (_, body, times, status) => {
  const { api } = installation();
  await sendMany(tries(times), status, () => api.call('POST', registries, body));
  await expectAlive();
});

test('imports of nothing but brackets leave no memory behind', { timeout: 60_000 }, async () => {
  const { api } = installation();
  const body = `{"devices":[[${'[],'.repeat(49_000)}[]]]}`;
  await sendMany(tries(60), 200, () => api.call('POST', '/ext/v1/import', body));
  await expectAlive();
});

test('the body of an import is not even read of somebody who is an admin nowhere', async () => {
  const { api } = installation();
  const editor = await createAccount(api, { folderId: newFolder(), role: 'editor' });
  expectRefusal(await editor.call('POST', '/ext/v1/import', '{"no": "JSON"'), 'PERMISSION_DENIED');
});

test('a body that goes on without end is cut off at the limit', async () => {
  const { apiUrl, adminToken } = installation();
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const endless = () =>
    new Promise<{ status: number }>((resolve) => {
      const call = request(new URL(registries, apiUrl), { method: 'POST', headers }, (answer) => {
        resolve({ status: answer.statusCode ?? 0 });
        call.destroy();
      });
      // The connection is closed after the answer, which may so be lost on its way to somebody who goes on sending.
      call.on('error', () => resolve({ status: 413 }));
      const piece = 'x'.repeat(64 * 1024);
      const goOn = () => {
        while (!call.destroyed && call.write(piece));
      };
      call.on('drain', goOn);
      goOn();
    });
  await sendMany(16, 413, endless);
  await expectAlive();
});
