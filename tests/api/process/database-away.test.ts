import { eventually, startInstallation, startPostgres } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { expectRefusal } from '../support/answers.ts';

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

test('asked to stop while it waits: it stops', async () => {
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

test('gone while running: calls are refused as UNAVAILABLE, and served again once it is back', async () => {
  const postgres = await startPostgres();
  const { api, apiUrl } = await startInstallation({
    programs: ['api'],
    database: postgres.url('postgres'),
  });
  const registry = await api.createRegistry({ name: 'kept' });
  await postgres.stop();

  for (const answer of [
    await api.call('GET', `${registries}/${registry.id}`),
    await api.call('POST', registries, { folderId: 'f' }),
    await api.call('DELETE', `${registries}/${registry.id}`),
  ]) {
    expectRefusal(answer, 'UNAVAILABLE');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(JSON.stringify(answer.body)).not.toMatch(/postgres|prisma|ECONN|127\.0\.0\.1/i);
  }
  expect((await fetch(new URL('/livez', apiUrl))).status).toBe(200);
  expect((await fetch(new URL('/readyz', apiUrl))).status).toBe(503);

  await postgres.start();
  await eventually('the registry', async () => {
    const { status } = await api.call('GET', `${registries}/${registry.id}`);
    return status === 200;
  });
  await api.must('DELETE', `${registries}/${registry.id}`);
});
