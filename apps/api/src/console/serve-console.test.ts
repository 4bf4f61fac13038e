import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveConsole } from './serve-console.ts';

/** The console of a folder that is built, or is not. */
async function served({ isBuilt = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-console-'));
  mkdirSync(join(folder, 'assets'));
  const build = () => {
    writeFileSync(join(folder, 'index.html'), '<title>built</title>');
    writeFileSync(join(folder, 'assets', 'index-1.js'), 'export {}');
  };
  if (isBuilt) build();
  const app = Fastify({ trustProxy: true });
  await serveConsole(app, folder);
  onTestFinished(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers });
  return { get, build };
}

test.each(['/', '/console'])('%s leads to the console', async (url) => {
  const { get } = await served();
  const answer = await get(url);
  expect([answer.statusCode, answer.headers.location]).toEqual([302, '/console/']);
});

describe('what is not there', () => {
  test.each(['/console/assets/none.js', '/console/assets/../index.html', '/console/assets/..%2findex.html'])(
    '%s is not read from the folder',
    async (url) => {
      const { get } = await served();
      expect((await get(url)).headers['content-type']).not.toContain('javascript');
    },
  );

  test('a console that is not built is said to be so, until it is', async () => {
    const { get, build } = await served({ isBuilt: false });
    const before = await get('/console/');
    expect(before.statusCode).toBe(503);
    expect(before.headers['retry-after']).toBe('3');
    expect(before.body).not.toContain('<script');
    build();
    expect((await get('/console/')).body).toContain('built');
  });
});

test('every address of the page answers with the page, which is asked for anew each time', async () => {
  const { get } = await served();
  for (const url of ['/console/', '/console/devices/abc', '/console/registries?folder=default']) {
    const answer = await get(url);
    expect(answer.body).toContain('built');
    expect(answer.headers['cache-control']).toBe('no-cache');
  }
});

test('what a file is named after its content is kept for a year', async () => {
  const { get } = await served();
  const answer = await get('/console/assets/index-1.js');
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('no script but its own runs, and no other site is around it', async () => {
  const { get } = await served();
  const { headers } = await get('/console/');
  const policy = String(headers['content-security-policy']);
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "trusted-types 'none'",
  ])
    expect(policy.split('; ')).toContain(rule);
  expect(policy).not.toContain('unsafe');
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('browsers are told to stay with TLS where it is, but not on the own machine', async () => {
  const { get } = await served();
  const overTls = { 'x-forwarded-proto': 'https' };
  const hsts = async (headers: Record<string, string>) =>
    (await get('/console/', headers)).headers['strict-transport-security'];
  expect(await hsts({ ...overTls, host: 'iot.example' })).toBe('max-age=31536000');
  expect(await hsts({ ...overTls, host: 'localhost:8443' })).toBeUndefined();
  expect(await hsts({ host: 'iot.example' })).toBeUndefined();
});
