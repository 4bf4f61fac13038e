export { findBinaries } from './binaries.ts';
export { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.ts';
export { EmbeddedPostgresError } from './errors.ts';
export { chooseLaunch, type Launch, launchCommand } from './system-user.ts';
