/** However it is asked to stop, `npm start` stops everything in order and leaves nothing running. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { casesOf } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { type NpmStart, npmStart, sharedFolder, theSupervisor } from './support/npm-start.ts';

/** One after the other. */
const dataDir = sharedFolder();

const ways: readonly (readonly [how: string, stop: (start: NpmStart) => void])[] = [
  ['Ctrl-C in its terminal', ({ command }) => command.kill('SIGINT')],
  ['SIGTERM to everything in its process group', ({ command }) => command.kill('SIGTERM')],
  ['SIGTERM to npm alone', ({ command }) => process.kill(command.pid, 'SIGTERM')],
  ['SIGINT to npm alone', ({ command }) => process.kill(command.pid, 'SIGINT')],
  ['SIGTERM to the supervisor alone', (start) => process.kill(start.pidOf(theSupervisor), 'SIGTERM')],
];

/** What only installs, finds Node or waits. */
const ofScripts = /scripts\//;

/** The signals reach the supervisor in many ways; this one passes all that stands between. */
const typicalWays = /^Ctrl-C/;

test.each(casesOf(ways, ([how]) => typicalWays.test(how)))(
  '%s stops all in order, with status 0',
  async (_how, stop) => {
    const start = await npmStart(dataDir());
    expect(
      start.family.filter(({ command }) => ofScripts.test(command)),
      'nothing waits between npm and the supervisor',
    ).toEqual([]);
    stop(start);
    expect(await start.command.status(), start.command.text).toBe(0);
    await start.nothingIsLeft();
    const log = start.command.text.split('\n').filter((line) => line.startsWith('{'));
    const lines: { level: string; msg: string; name: string }[] = log.map((line) => JSON.parse(line));
    const stopped = lines.filter(({ msg }) => msg === 'stopped').map(({ name }) => name);
    expect(stopped.toSorted()).toEqual(['api', 'iotcore', 'mqtt']);
    expect(stopped.at(-1), 'the supervisor is the last').toBe('iotcore');
    expect(
      lines.filter(({ level }) => level !== 'info'),
      'nobody misses the database while stopping',
    ).toEqual([]);
    await expect(access(join(start.dataDir, 'run.json'))).rejects.toThrow();
    await expect(access(join(start.dataDir, 'postgres/postmaster.pid'))).rejects.toThrow();
  },
);

const ends: readonly (readonly [string, (start: NpmStart) => void])[] = [
  ['the end of its terminal', ({ command }) => command.kill('SIGHUP')],
  ['kill -9 of npm', ({ command }) => process.kill(command.pid, 'SIGKILL')],
];

test.each(casesOf(ends, ([how]) => how.includes('npm')))('%s stops the rest in order', async (_how, end) => {
  const start = await npmStart(dataDir());
  end(start);
  await start.nothingIsLeft();
  await expect(access(join(start.dataDir, 'run.json'))).rejects.toThrow();
  await expect(access(join(start.dataDir, 'postgres/postmaster.pid'))).rejects.toThrow();
});
