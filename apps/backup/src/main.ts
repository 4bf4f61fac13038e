/**
 * `npm run backup -- <file> [--without-backlog]` and `npm run restore -- <file>`: the whole installation as one file, and back (docs/backup.md).
 */
import { resolve } from 'node:path';
import { readSettings, StartupError } from '@iotcore/process';
import { DatabaseUnavailableError } from '@iotcore/store';
import { NoInstallationError, RestoreRefusedError } from '@iotcore/store/backup';
import { createBackup } from './create-backup.ts';
import { restoreFromFile } from './restore-from-file.ts';

/** Leaves out the messages that exports keep. */
const withoutBacklog = '--without-backlog';

async function run([name = '', ...args]: readonly string[], signal: AbortSignal): Promise<string> {
  const isRestore = name === 'restore';
  const options = isRestore ? [] : args.filter((arg) => arg === withoutBacklog);
  const [file, ...more] = args.filter((arg) => isRestore || arg !== withoutBacklog);
  if (!(isRestore || name === 'backup') || file === undefined || more.length > 0 || options.length > 1) {
    const verb = isRestore ? 'restore' : 'backup';
    const isOfClone = process.env['npm_lifecycle_event'] === verb;
    const command = isOfClone ? `npm run ${verb} --` : `iotcore ${verb}`;
    const further = isRestore ? '' : ` [${withoutBacklog}]`;
    throw new StartupError(`usage: ${command} <file>${further}, for example iotcore.ndjson.gz`);
  }
  // npm runs scripts at the top of the project, and says where it was called.
  const path = resolve(process.env['INIT_CWD'] ?? '', file);
  const settings = readSettings(process.env);
  if (isRestore) return restoreFromFile(path, settings, signal);
  return createBackup(path, settings, signal, { withoutBacklog: options.length > 0 });
}

/** Reasons that the operator can do something about. */
function isExpected(error: unknown): error is Error {
  const kinds = [StartupError, RestoreRefusedError, NoInstallationError, DatabaseUnavailableError];
  return kinds.some((kind) => error instanceof kind);
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopping.abort());
try {
  process.stdout.write(`${await run(process.argv.slice(2), stopping.signal)}\n`);
} catch (error) {
  const text = stopping.signal.aborted ? 'stopped; nothing was changed' : isExpected(error) && error.message;
  if (text === false) throw error;
  process.stderr.write(`iotcore: ${text}\n`);
  process.exitCode = 1;
}
