import type { Settings } from '@iotcore/process';
import { type Manifest, writeBackup } from '@iotcore/store/backup';
import { writeArchiveFile } from './archive-file.ts';
import { readDataFolder } from './data-folder.ts';
import { withDatabase } from './with-database.ts';

/** Writes the installation, which may be running, to a new file. Answers what to say about it. */
export async function createBackup(path: string, settings: Settings, signal: AbortSignal): Promise<string> {
  const files = await readDataFolder(settings.dataDir);
  let manifest: Manifest | undefined;
  const bytes = await writeArchiveFile(
    path,
    async (sink) => {
      manifest = await withDatabase(settings, (url) => writeBackup(url, files, sink));
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
