/** What happens while `npm start` is still at it. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, casesOf, eventually, fullTest, repositoryRoot } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  folderWithDatabase,
  type NpmStart,
  npmRun,
  npmStart,
  temporaryFolder,
  theApi,
  thePostgres,
  theSupervisor,
} from './support/npm-start.ts';
import { familyOf, survivors } from './support/process-table.ts';

/** Waits until this is among what it started, and remembers all of that. */
async function until(start: NpmStart, what: RegExp): Promise<void> {
  await eventually(`a process like ${what}`, () => {
    start.family = familyOf(start.command.pid);
    return start.family.some(({ command }) => what.test(command));
  });
}

describe('asked to stop, it gives up with status 0 and leaves nothing running', () => {
  const moments: readonly (readonly [string, RegExp, () => Promise<string>])[] = [
    ['the database is made', /initdb --pgdata/, temporaryFolder],
    ['the database starts', thePostgres, folderWithDatabase],
    ['the API and the MQTT server start', theApi, folderWithDatabase],
  ];
  test.each(casesOf(moments, ([moment]) => moment.startsWith('the API')))(
    'while %s',
    async (_what, process, makeFolder) => {
      const start = npmRun('start', await makeFolder());
      await until(start, process);
      start.command.kill('SIGINT');
      expect(await start.command.status(), start.command.text).toBe(0);
      await start.nothingIsLeft();
      expect(start.command.text).not.toContain('IoT Core is ready');
      const left = await readdir(start.dataDir);
      expect(left.filter((name) => /lock|run\.json|\.new/.test(name))).toEqual([]);
    },
  );
});

describe('in a fresh clone', () => {
  const scripts: readonly (readonly [string, number | null])[] = [
    // Ended by the signal itself.
    ['start', null],
    ['test', 128 + 15],
  ];
  // In `npm test`, scripts/bootstrap/install.test.ts stops an installation.
  fullTest.each(scripts)(
    'npm %s that is stopped while it installs ends with status %s, and npm with it',
    async (script, status) => {
      const clone = await mkdtemp(join(tmpdir(), 'iotcore-clone-'));
      onTestFinished(() => rm(clone, { recursive: true, force: true, maxRetries: 5 }));
      const parts = ['apps', 'packages', 'scripts', 'package.json', 'package-lock.json', '.npmrc'];
      for (const part of parts) {
        await cp(join(repositoryRoot, part), join(clone, part), {
          recursive: true,
          filter: (path) => !path.includes('node_modules'),
        });
      }
      const command = new Command('npm', ['--prefix', clone, script]);
      await command.line(/installing what package-lock\.json names/);
      const family = await eventually('npm at work', () => {
        const all = familyOf(command.pid);
        return all.some(({ command }) => /npm\S* ci/.test(command)) && all;
      });
      process.kill(command.pid, 'SIGTERM');
      expect(await command.status(), command.text).toBe(status);
      await eventually('the end of every process', () => survivors(family).length === 0);
      expect((await readdir(clone)).filter((name) => name.startsWith('.install.lock'))).toEqual([]);
    },
  );
});

describe('two starts on one data folder', () => {
  fullTest('at the same instant: one gets it, and the other says so', async () => {
    const dataDir = await temporaryFolder();
    const starts = [npmRun('start', dataDir), npmRun('start', dataDir)];
    const outcomes = await Promise.all(
      starts.map((start) => start.ready(/IoT Core is ready|already running/).then(() => start.command.text)),
    );
    expect(outcomes.filter((text) => text.includes('already running'))).toHaveLength(1);
    expect(outcomes.filter((text) => text.includes('IoT Core is ready'))).toHaveLength(1);
  });

  fullTest('the second while the first is stopping: it waits for its end', async () => {
    const first = await npmStart(await folderWithDatabase());
    // Frozen, it is waited for; the supervisor ends it in the end.
    process.kill(first.pidOf(theApi), 'SIGSTOP');
    process.kill(first.pidOf(theSupervisor), 'SIGTERM');
    await first.command.line(/"name":"iotcore".*"msg":"stopping"/);
    await npmStart(first.dataDir);
    await first.nothingIsLeft();
    expect(await first.command.status()).toBe(0);
  });
});
