import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hasEnded, processPlace } from './process-place.ts';

test('a process that runs has not ended; once it is killed, it has', async () => {
  expect(hasEnded(processPlace())).toBe(false);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const place = processPlace(child.pid);
  expect(hasEnded(place)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(hasEnded(place)).toBe(true);
});

test('another process with the same ID is another process', () => {
  const [machine, pid] = JSON.parse(processPlace()) as [string, number];
  expect(hasEnded(JSON.stringify([machine, pid, 'long ago']))).toBe(true);
});

test('nothing is known of a process of another machine, nor of what is no place', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(hasEnded(JSON.stringify(['elsewhere', pid, 'long ago']))).toBe(false);
  for (const place of ['', '{', '{}', '[]', '[null, null]']) expect(hasEnded(place)).toBe(false);
});
