import { eventually, fullTest, startInstallation, startPostgres } from '@iotcore/testkit';
import { expect, test } from 'vitest';

const registries = '/iot-devices/v1/registries';

/** What the API answers although it is not ready: its address is only known once it is, so it is fixed. */
const port = () => String(20_000 + Math.floor(Math.random() * 10_000));

test('away at the start: it waits, says so, and serves once the database is there', async () => {
  const postgres = await startPostgres();
  await postgres.stop();
  const apiPort = port();
  const installation = await startInstallation({
    programs: ['api'],
    database: postgres.url('postgres'),
    env: { IOT_API_PORT: apiPort },
    waitUntilReady: false,
  });
  const base = `http://127.0.0.1:${apiPort}`;
  const status = async (path: string) => (await fetch(base + path)).status;
  await eventually('an answer', async () => (await status('/livez')) === 200);
  expect(await status('/readyz')).toBe(503);
  const early = await fetch(`${base}${registries}?folderId=f`);
  expect([early.status, ((await early.json()) as { code: number }).code]).toEqual([503, 14]);
  await eventually('a line in the log', () => installation.logs().includes('waiting for the database'));

  await postgres.start();
  await installation.ready();
  expect(await status('/readyz')).toBe(200);
  expect((await installation.api.createRegistry()).id).toMatch(/^are/);
});

fullTest('asked to stop while it waits: it stops', async () => {
  const postgres = await startPostgres();
  await postgres.stop();
  const installation = await startInstallation({
    programs: ['api'],
    database: postgres.url('postgres'),
    waitUntilReady: false,
  });
  await eventually('a line in the log', () => installation.logs().includes('waiting for the database'));
  expect(await installation.program('api').stop()).toEqual({ code: 0, signal: null });
});
