/** The data folder alone, for programs that are started beside an installation and must start fast. */
export { Secret } from '../secret.ts';
export { secretMode, writeFileWhole } from './files.ts';
export { readRunFile } from './run-file.ts';
