/** Ctrl-C while a command is at work. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { bin, envOf, Run } from './support/iotcore.ts';

/** An API that gives the first page of an export, and never the second. */
async function halfAnApi() {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url?.includes('pageToken')) return isAsked();
    const devices = [{ id: 'are0first', name: 'first', status: 'ACTIVE', certificates: [] }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ devices, nextPageToken: 'second' }));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { apiUrl: `http://127.0.0.1:${port}`, adminToken: 'any', asked };
}

test('an export to a file leaves no half of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'devices.csv');
  const { asked, ...api } = await halfAnApi();
  const run = new Run(['device', 'export', file, '--registry-id', 'are0registry'], {
    env: envOf(api),
    file: bin,
  });
  await asked;
  await eventually('what was written so far', () => existsSync(`${file}.part`));
  run.interrupt();
  expect(await run.end()).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining(`Interrupted: ${file} was not completed.`),
  });
  expect(readdirSync(folder)).toEqual([]);
});
