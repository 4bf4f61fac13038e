/** The data folder alone, for programs that are started beside an installation and must start fast. */
export { Secret } from '../secret.ts';
export { createFileWhole, publicMode, secretMode, writeFileWhole } from './files.ts';
export { type RunningInstallation, readRunFile } from './run-file.ts';
