import { readMigrations } from '../migrations/migration-files.ts';
import { type ArchiveHeader, archiveVersion, type Manifest, readArchiveText } from './archive-text.ts';
import { DamagedArchiveError, RestoreRefusedError } from './errors.ts';
import type { BackupFile } from './write-backup.ts';

export interface CheckedBackup {
  readonly header: ArchiveHeader;
  readonly manifest: Manifest;
  readonly files: readonly BackupFile[];
}

/**
 * Reads an archive to its end, believing nothing before.
 *
 * @throws DamagedArchiveError, or RestoreRefusedError if it was made by a newer version of the project
 */
export async function checkBackup(source: AsyncIterable<Uint8Array>): Promise<CheckedBackup> {
  let header: ArchiveHeader | undefined;
  let manifest: Manifest | undefined;
  let file: string | undefined;
  const files: BackupFile[] = [];
  for await (const item of readArchiveText(source)) {
    if ('header' in item) {
      header = item.header;
      await refuseNewer(header);
    } else if ('part' in item) file = 'file' in item.part ? item.part.file : undefined;
    else if ('manifest' in item) manifest = item.manifest;
    else if (file !== undefined) files.push({ name: file, content: fileContent(item.row) });
  }
  if (!header || !manifest) throw new DamagedArchiveError('it is empty');
  return { header, manifest, files };
}

async function refuseNewer({ version, migrations }: ArchiveHeader): Promise<void> {
  if (version > archiveVersion)
    throw new RestoreRefusedError(
      `the archive has format ${version}, this version of IoT Core reads up to ${archiveVersion}; update it first`,
    );
  const known = new Map((await readMigrations()).map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of migrations) {
    if (known.get(name) === checksum) continue;
    throw new RestoreRefusedError(
      `the archive has a schema (${name}) that this version of IoT Core does not know; update it first`,
    );
  }
}

function fileContent(row: string): Uint8Array {
  try {
    const [base64] = JSON.parse(row);
    if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  } catch {
    // Said below.
  }
  throw new DamagedArchiveError('a file in it cannot be read');
}
