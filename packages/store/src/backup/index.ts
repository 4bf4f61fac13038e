export type { Manifest, PartSummary } from './archive-text.ts';
export { type CheckedBackup, checkBackup } from './check-backup.ts';
export { NoInstallationError, RestoreRefusedError } from './errors.ts';
export { type RestoreOptions, restoreBackup } from './restore-backup.ts';
export { type BackupFile, type BackupOptions, writeBackup } from './write-backup.ts';
