import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hasEnded, isElsewhere, processPlace } from './process-place.ts';

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

// Where /proc does not tell, nothing is certain.
test.runIf(process.platform === 'linux')(
  'a process of another start of a machine, or with process IDs of its own, is elsewhere',
  () => {
    const [machine] = JSON.parse(processPlace()) as [string];
    const [host, boot, namespace] = machine.split(' ');
    const at = (...parts: unknown[]) => JSON.stringify([parts.join(' '), 1, '']);
    expect(isElsewhere(at(host, 'another', namespace))).toBe(true);
    expect(isElsewhere(at(host, boot, 'another'))).toBe(true);
  },
);

test('a process is here whatever the host is called by now, and where nothing else is known of it', () => {
  expect(isElsewhere(processPlace())).toBe(false);
  const [machine] = JSON.parse(processPlace()) as [string];
  expect(isElsewhere(JSON.stringify([machine.replace(/^\S+/, 'renamed'), 1, '']))).toBe(false);
  expect(isElsewhere(JSON.stringify(['host  ', 1, '']))).toBe(false);
  for (const place of ['', '{', '{}', '[]', '[null, null]', '["host"]'])
    expect(isElsewhere(place)).toBe(false);
});
