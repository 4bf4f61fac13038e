import type { Settings } from '@iotcore/process';
import { describeIdConflicts } from '@iotcore/store';
import { checkBackup, restoreBackup } from '@iotcore/store/backup';
import { readArchiveFile } from './archive-file.ts';
import { describe } from './create-backup.ts';
import { refuseOtherFiles, writeDataFolder } from './data-folder.ts';
import { withDatabase } from './with-database.ts';

/** Only what goes wrong is of interest: the operator waits for one sentence. */
const logger = {
  debug() {},
  info() {},
  warn: (details: object, message: string) =>
    process.stderr.write(`iotcore: ${message} ${JSON.stringify(details)}\n`),
  error: (details: object, message: string) =>
    process.stderr.write(`iotcore: ${message} ${JSON.stringify(details)}\n`),
};

/** Fills an empty installation from a file. Answers what to say about it. */
export async function restoreFromFile(
  path: string,
  settings: Settings,
  signal: AbortSignal,
): Promise<string> {
  const { dataDir } = settings;
  // All of the file is read and checked before anything is started or written.
  const checked = await checkBackup(readArchiveFile(path, signal));
  await refuseOtherFiles(dataDir, checked.files);
  const conflicts = await withDatabase(settings, (url) =>
    restoreBackup(url, checked, readArchiveFile(path, signal), {
      logger,
      beforeCommit: () => writeDataFolder(dataDir, checked.files),
    }),
  );
  const { createdAt } = checked.header;
  const warning = describeIdConflicts(conflicts);
  if (warning) process.stderr.write(`iotcore: ${warning}\n`);
  return `restored ${describe(checked.manifest)}, as of ${createdAt}. The next start continues from there.`;
}
