/** `npm start` runs an export process once there is an export: without one it would only wait. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, eventually, WebhookReceiver } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { allowed } from '../exports/support/exports.ts';
import { folderWithDatabase, type NpmStart, npmStart } from './support/npm-start.ts';
import { familyOf } from './support/process-table.ts';

const theExportProcess = /apps\/export\/src\/main\.ts/;

async function apiOf(start: NpmStart): Promise<ApiClient> {
  const { addresses } = await start.runFile();
  const token = (await readFile(join(start.dataDir, 'admin.token'), 'utf8')).trim();
  return new ApiClient(
    () => addresses['api'] ?? '',
    () => token,
  );
}

function exportProcesses(start: NpmStart): number {
  start.family = familyOf(start.command.pid);
  return start.family.filter(({ command }) => theExportProcess.test(command)).length;
}

test('the first export starts the process that sends for it, and the next start finds it', async () => {
  const receiver = await WebhookReceiver.start();
  onTestFinished(() => receiver.close());
  const first = await npmStart(await folderWithDatabase(), allowed);
  expect(exportProcesses(first)).toBe(0);

  const api = await apiOf(first);
  const { deviceId, registryId } = JSON.parse(await readFile(join(first.dataDir, 'sample.json'), 'utf8'));
  const target = { webhook: { url: receiver.url } };
  await api.must('POST', '/ext/v1/exports', { source: { registryId }, target });
  const message = { topic: `$devices/${deviceId}/events`, data: Buffer.from('hello').toString('base64') };
  await eventually('a message at the target', async () => {
    await api.must('POST', `/iot-devices/v1/devices/${deviceId}/publish`, message);
    return receiver.requests.length > 0;
  });
  expect(exportProcesses(first)).toBe(1);
  first.command.kill('SIGINT');
  expect(await first.command.status(), first.command.text).toBe(0);
  await first.nothingIsLeft();
  expect(first.command.text).toMatch(/"name":"export".*"msg":"stopped"/);

  const second = await npmStart(first.dataDir, allowed);
  await eventually('an export process', () => exportProcesses(second) === 1);
});
