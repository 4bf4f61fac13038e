import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Settings, StartupError } from '@iotcore/process';
import { type BackupOptions, type Manifest, writeBackup } from '@iotcore/store/backup';
import { writeArchiveFile } from './archive-file.ts';
import { readDataFolder } from './data-folder.ts';
import { withDatabase } from './with-database.ts';

/** Writes the installation, which may be running, to a new file. Answers what to say about it. */
export async function createBackup(
  path: string,
  settings: Settings,
  signal: AbortSignal,
  options: BackupOptions,
): Promise<string> {
  const { dataDir, databaseUrl } = settings;
  // Starting its database would make an installation where there is none.
  if (!databaseUrl && !existsSync(join(dataDir, 'postgres')))
    throw new StartupError(
      `there is no installation in ${dataDir}; name its folder with IOT_DATA_DIR, or its database with DATABASE_URL`,
    );
  const files = await readDataFolder(dataDir);
  let manifest: Manifest | undefined;
  const bytes = await writeArchiveFile(
    path,
    async (sink) => {
      manifest = await withDatabase(settings, (url) => writeBackup(url, files, sink, options));
    },
    signal,
  );
  return `${path}: ${describe(manifest)}, ${bytes} bytes. It holds keys and password hashes: keep it as a secret.`;
}

/** How much is in an archive, in words. */
export function describe(manifest: Manifest | undefined): string {
  const parts = manifest?.manifest ?? [];
  const tables = parts.filter(({ part }) => part.startsWith('table '));
  const rows = tables.reduce((sum, part) => sum + part.rows, 0);
  return `${rows} rows of ${tables.length} tables, ${parts.length - tables.length} files`;
}
