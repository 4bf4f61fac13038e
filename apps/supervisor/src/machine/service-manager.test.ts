import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takeServiceManager } from './service-manager.ts';

const fail = (error: unknown): void => {
  throw error;
};

/** A `systemd-notify` that writes down what it is to say, and to whom. */
function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const said = join(folder, 'said');
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> '${said}'\n`, {
    mode: 0o755,
  });
  const lines = () => (existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n') : []);
  const env = { NOTIFY_SOCKET: '/run/notify', PATH: `${folder}:${process.env['PATH']}`, HOME: '/' };
  return { env, lines };
}

test('without systemd nobody is told', () => {
  expect(takeServiceManager({ PATH: '/bin' }, fail)).toBeUndefined();
});

test('systemd is told that the service is ready, that it is not stuck, and that it stops; nobody else may say so', async () => {
  const { env, lines } = setUp();
  const watched = { ...env, WATCHDOG_USEC: '60000', WATCHDOG_PID: String(process.pid) };
  const manager = takeServiceManager(watched, fail);
  expect(Object.keys(watched)).toEqual(['PATH', 'HOME']);
  manager?.ready();
  await expect.poll(lines, { interval: 20 }).toContain('/run/notify WATCHDOG=1');
  await manager?.stopping();
  expect(lines()).toContain('/run/notify READY=1');
  expect(lines()).toContain('/run/notify STOPPING=1');
});

test('a watchdog that is for another process hears nothing', async () => {
  const { env, lines } = setUp();
  const manager = takeServiceManager({ ...env, WATCHDOG_USEC: '3000', WATCHDOG_PID: '1' }, fail);
  manager?.ready();
  await expect.poll(lines, { interval: 20 }).toEqual(['/run/notify READY=1']);
  await manager?.stopping();
  expect(lines()).toEqual(['/run/notify READY=1', '/run/notify STOPPING=1']);
});

test('that systemd cannot be told is said, and ends nothing', async () => {
  const failures: unknown[] = [];
  const manager = takeServiceManager({ NOTIFY_SOCKET: '/run/notify', PATH: '/nowhere' }, (error) =>
    failures.push(error),
  );
  await manager?.stopping();
  expect(failures).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
});
