/** What cannot start says why at once, in plain words, and changes nothing. */
import { readdir } from 'node:fs/promises';
import { casesOf, listen } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { folderWithDatabase, npmRun, started, temporaryFolder } from './support/npm-start.ts';

test('a second start on the same data folder is refused, and the first is undisturbed', async () => {
  const first = await started(await folderWithDatabase());
  const second = npmRun('start', first.dataDir);
  expect(await second.command.status()).toBe(1);
  expect(second.command.text).toMatch(/already running.*process \d+/);
  expect(second.command.text).not.toMatch(/\n\s+at /);
  const { addresses } = await first.runFile();
  expect((await fetch(`${addresses['api']}/readyz`)).status).toBe(200);
});

test('a taken port is refused before a database is made, naming the setting', async () => {
  const port = await listen(() => undefined);
  const dataDir = await temporaryFolder();
  const start = npmRun('start', dataDir, { IOT_MQTTS_PORT: String(port) });
  expect(await start.command.status()).toBe(1);
  expect(start.command.text).toContain(`IOT_MQTTS_PORT: port ${port} of 127.0.0.1 is taken`);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a bad and an unknown setting are refused together, with what would be right', async () => {
  const dataDir = await temporaryFolder();
  const start = npmRun('start', dataDir, { IOT_API_PORT: 'eighty', IOT_LOG_LEVLE: 'info' });
  expect(await start.command.status()).toBe(1);
  expect(start.command.text).toMatch(/IOT_API_PORT="eighty": expected a port number/);
  expect(start.command.text).toMatch(/IOT_LOG_LEVLE: there is no such setting; did you mean IOT_LOG_LEVEL\?/);
  expect(await readdir(dataDir)).toEqual([]);
});

test.each(casesOf(['api', 'mqtt'], (script) => script === 'mqtt'))(
  'npm run %s alone without a database says how to get one',
  async (script) => {
    const start = npmRun(script, await temporaryFolder());
    expect(await start.command.status()).toBe(1);
    expect(start.command.text).toMatch(/DATABASE_URL: .*npm run db/);
  },
);
