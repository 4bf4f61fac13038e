/**
 * Where a test run keeps its files. Copying the files of a database costs three times as much on a disk as in memory, and a
 * run copies some hundred; nothing that it writes has to outlive it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
// Not all of the package: this runs before anything else of a test run.
import { isThere } from '@iotcore/process/process-place';

const inMemory = '/dev/shm';
/** The number of its process follows. */
const prefix = 'iotcore-test-run-';
/** A run holds at most a tenth of it. */
const leastFreeBytes = 6 * 1024 ** 3;
/** The database of a test that runs as root runs as another user, and has to get at its files. */
const othersMayPass = 0o711;

/**
 * Makes a folder for the temporary files of this run and all that it starts, in memory where there is room. It goes with
 * this process; what a run left that was killed goes with the next. Called again, it does nothing.
 */
export function useTemporaryFolder(): void {
  if (process.env['TEST_FOLDER'] !== undefined) return;
  const parent = isFit(inMemory) ? inMemory : tmpdir();
  removeLeftBehind(parent);
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  chmodSync(folder, othersMayPass);
  process.env['TEST_FOLDER'] = folder;
  process.env['TMPDIR'] = folder;
  process.on('exit', () => remove(folder));
}

function removeLeftBehind(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !isThere(pid)) remove(join(parent, name));
  }
}

/** What belongs to somebody else stays. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {}
}

/** Is there room, and may programs lie there? Some tests write one. */
function isFit(parent: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(parent);
    return Math.min(bavail * bsize, freemem()) >= leastFreeBytes && canExecute(parent);
  } catch {
    return false;
  }
}

function canExecute(parent: string): boolean {
  const folder = mkdtempSync(join(parent, 'iotcore-test-probe-'));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
