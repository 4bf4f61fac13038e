/**
 * `npm run backup -- <file>` and `npm run restore -- <file>`: the whole installation as one file, and back (docs/backup.md).
 */
import { resolve } from 'node:path';
import { readSettings, type Settings, StartupError } from '@iotcore/process';
import { DatabaseUnavailableError } from '@iotcore/store';
import { NoInstallationError, RestoreRefusedError } from '@iotcore/store/backup';
import { createBackup } from './create-backup.ts';
import { restoreFromFile } from './restore-from-file.ts';

interface Commands {
  readonly [name: string]: (file: string, settings: Settings, signal: AbortSignal) => Promise<string>;
}
const commands: Commands = { backup: createBackup, restore: restoreFromFile };

async function run([name = '', file, ...more]: readonly string[], signal: AbortSignal): Promise<string> {
  const command = commands[name];
  if (!command || file === undefined || more.length > 0)
    throw new StartupError(
      `usage: npm run ${command ? name : 'backup'} -- <file>, for example iotcore.ndjson.gz`,
    );
  // npm runs scripts at the top of the project, and says where it was called.
  return command(resolve(process.env['INIT_CWD'] ?? '', file), readSettings(process.env), signal);
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
